from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eeipu_kfp.core.ports import TrialRun
from eeipu_kfp.runners.backend.submission import parameters_of, platform_of, submission
from tests.unit.runners.backend.recordings import recorded

PLATFORM = {
    "platforms": {
        "kubernetes": {
            "deploymentSpec": {
                "executors": {
                    "exec-train": {"secretAsEnv": [{"secretName": "token"}]},
                    "exec-gone": {"nodeSelector": {"labels": {"gpu": "yes"}}},
                }
            }
        }
    }
}


@pytest.fixture
def run() -> TrialRun:
    return TrialRun(
        name="one",
        pipeline=recorded("cut", "run")["pipeline_spec"],
        arguments={"rows": 20.0, "rate": 1, "mode": "good", "unknown": 5},
        stages=("train", "evaluate"),
    )


def executors(platform: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    return found


def test_a_submission_has_the_pipeline_inline(run: TrialRun) -> None:
    body = submission(run, experiment_id="e1", pipeline_root="minio://b/runs", platform={})

    assert body == {
        "display_name": "one",
        "experiment_id": "e1",
        "pipeline_spec": run.pipeline,
        "runtime_config": {"parameters": parameters_of(run), "pipeline_root": "minio://b/runs"},
    }


def test_only_declared_arguments_are_sent_and_as_their_types_want(run: TrialRun) -> None:
    found = parameters_of(run)

    assert found == {"rows": 20, "rate": 1.0, "mode": "good"}
    assert isinstance(found["rows"], int)
    assert isinstance(found["rate"], float)


def test_the_platform_is_sent_for_executors_that_are_left(run: TrialRun) -> None:
    body = submission(run, experiment_id="", pipeline_root="", platform=PLATFORM)

    assert body["pipeline_spec"]["pipeline_spec"] == run.pipeline
    assert list(executors(body["pipeline_spec"]["platform_spec"])) == ["exec-train"]
    assert "exec-gone" in executors(PLATFORM)


def test_a_time_limit_and_a_minute_limit_every_container(run: TrialRun) -> None:
    platform = platform_of(replace(run, stage_timeout_seconds=90.5), PLATFORM)

    assert executors(platform) == {
        "exec-train": {"secretAsEnv": [{"secretName": "token"}], "activeDeadlineSeconds": 151},
        "exec-evaluate": {"activeDeadlineSeconds": 151},
    }


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        pytest.param("60", 60, id="shorter"),
        pytest.param(600, 150, id="longer"),
    ],
)
def test_of_two_time_limits_the_shorter_holds(run: TrialRun, own: object, expected: int) -> None:
    settings = {"exec-train": {"activeDeadlineSeconds": own}}
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": settings}}}}

    found = platform_of(replace(run, stage_timeout_seconds=90.0), platform)

    assert executors(found)["exec-train"]["activeDeadlineSeconds"] == expected
