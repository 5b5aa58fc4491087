from __future__ import annotations

from typing import Any

import pytest

from eeipu_kfp.compiled.importers import list_importer
from eeipu_kfp.core.outputs import Artifact
from eeipu_kfp.core.ports import RunState
from eeipu_kfp.runners.backend.runs import document_of, run_of
from tests.unit.runners.backend.recordings import recorded


def body(state: str, *history: str, **more: Any) -> dict[str, Any]:
    past = [{"state": each, "update_time": "2026-11-24T00:00:00Z"} for each in history]
    return {"run_id": "one", "state": state, "state_history": past, **more}


GOING_ON = {"": (), "PENDING": ("PENDING",), "RUNNING": ("PENDING", "RUNNING"), "PAUSED": ()}


@pytest.mark.parametrize("state", GOING_ON)
def test_a_run_goes_on_until_kfp_says_otherwise(state: str) -> None:
    run = run_of(body(state, *GOING_ON[state]))

    assert run.state is RunState.RUNNING
    assert not run.has_ended


def test_a_run_that_is_being_terminated_is_stopped_before_its_end() -> None:
    run = run_of(body("CANCELING", "RUNNING"))

    assert run.state is RunState.STOPPED
    assert not run.has_ended


@pytest.mark.parametrize(
    ("state", "history", "expected"),
    [
        pytest.param("SUCCEEDED", ("RUNNING", "SUCCEEDED"), RunState.SUCCEEDED, id="good"),
        pytest.param("FAILED", ("RUNNING", "FAILED"), RunState.FAILED, id="failed"),
        pytest.param("CANCELED", (), RunState.STOPPED, id="canceled"),
        pytest.param("SKIPPED", (), RunState.STOPPED, id="skipped"),
        pytest.param("FAILED", ("CANCELING", "FAILED"), RunState.STOPPED, id="terminated"),
        pytest.param("SUCCEEDED", ("CANCELING",), RunState.SUCCEEDED, id="terminated-too-late"),
    ],
)
def test_a_state_of_kfp_is_one_of_ours(
    state: str, history: tuple[str, ...], expected: RunState
) -> None:
    run = run_of(body(state, *history))

    assert run.state is expected
    assert run.has_ended


@pytest.mark.parametrize("case", ["full", "terminated"])
def test_a_recorded_run_is_read(case: str) -> None:
    run = run_of(recorded(case, "run"))

    assert run.has_ended
    assert run.state is {"full": RunState.SUCCEEDED, "terminated": RunState.STOPPED}[case]
    assert sorted(run.stages) == ["evaluate", "prepare", "train"]
    assert run.task_states["prepare"] == "SUCCEEDED"


def test_a_run_that_was_just_made_has_no_details() -> None:
    run = run_of(recorded("full", "run_created"))

    assert run.state is RunState.RUNNING
    assert run.task_states == {}
    assert run_of(body("PENDING", run_details=None)).task_states == {}


def test_an_importer_is_no_stage() -> None:
    assert sorted(run_of(recorded("cut", "run")).stages) == ["evaluate", "train"]


def test_a_loop_that_imports_a_list_is_no_stage() -> None:
    spec = recorded("full", "run")["pipeline_spec"]
    importer = list_importer("cached-train-models", (Artifact(uri="minio://b/one"),))
    spec["root"]["dag"]["tasks"][importer.name] = importer.task
    spec["components"].update(importer.components)
    spec["deploymentSpec"]["executors"].update(importer.executors)

    run = run_of(body("RUNNING", pipeline_spec=spec))

    assert sorted(run.stages) == ["evaluate", "prepare", "train"]


def test_a_pipeline_comes_with_its_platform_or_without() -> None:
    alone = document_of({"root": {}})
    both = document_of({"pipeline_spec": {"root": {}}, "platform_spec": {"platforms": {}}})

    assert (alone.ir, alone.platform) == ({"root": {}}, {})
    assert (both.ir, both.platform) == ({"root": {}}, {"platforms": {}})
