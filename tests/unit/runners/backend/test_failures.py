from __future__ import annotations

from typing import Any

import pytest

from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.runners.backend.diagnosis import Ending
from eeipu_kfp.runners.backend.failures import FailureReports
from eeipu_kfp.runners.backend.pods import Pod
from eeipu_kfp.runners.backend.stages import EndedStage
from eeipu_kfp.runners.backend.tasks import TaskKind, TaskRecord, TaskState
from tests.unit.runners.backend.test_logs import FAILED, Bucket, saying

URI = "minio://mlpipeline/eeipu/runs/train/executor-logs-0"


class Pods:
    """Pods that have one log."""

    def __init__(self, log: str) -> None:
        self._log = log
        self.asked = ""

    def pods(self, run_id: str) -> tuple[Any, ...]:
        return ()

    def log(self, pod: str) -> str:
        self.asked = pod
        return self._log


def pod(name: str, *path: str, code: int = 0) -> Pod:
    state = {"terminated": {"exitCode": code}}
    document = {"status": {"containerStatuses": [{"name": "main", "state": state}]}}
    return Pod(
        name=name, path=path, created_at=0.0, started_at=1.0, finished_at=2.0, document=document
    )


def failed(ending: str = "", *, log_uri: str = "", message: str = "") -> EndedStage:
    record = TaskRecord(
        id="2",
        name="train",
        parent="1",
        kind=TaskKind.CONTAINER,
        state=TaskState.FAILED,
        started_at=0.0,
        log_uri=log_uri,
        message=message,
    )
    return EndedStage(
        name="train",
        outcome=StageOutcome.FAILED,
        record=record,
        ending=Ending(message=ending) if ending else None,
    )


def report(ended: EndedStage, log: str) -> Failure:
    reports = FailureReports(pods=Pods(log), store=None)
    return reports.failure(ended, [pod("a", "train", "executor")])


def test_an_exception_ends_the_sentence() -> None:
    found = report(failed("exited with code 1"), FAILED)

    assert found.message == "stage `train` exited with code 1: ValueError: no luck"
    assert found.stage == "train"
    assert found.log == ("train begins", "ValueError: no luck")


def test_the_launcher_knows_the_components_own_exit_code() -> None:
    assert report(failed("exited with code 1"), saying("exit status 3")).message == (
        "stage `train` exited with code 3"
    )


def test_what_the_cluster_says_counts_more_than_the_log() -> None:
    found = report(failed("ran out of memory at its limit of 1Gi"), FAILED)

    assert found.message == "stage `train` ran out of memory at its limit of 1Gi"


def test_what_the_metadata_say_is_told() -> None:
    reports = FailureReports(pods=None, store=None)

    found = reports.failure(failed(message="exit status 1"), ())

    assert found.message == "stage `train` failed: exit status 1"


def test_without_any_word_a_stage_has_just_failed() -> None:
    assert FailureReports(pods=None, store=None).failure(failed(), ()) == Failure(
        message="stage `train` failed", stage="train"
    )


@pytest.mark.parametrize("pods", [None, Pods("")], ids=["not-readable", "gone"])
def test_the_store_has_the_log_where_the_pod_has_none(pods: Pods | None) -> None:
    store = Bucket()
    store.put("runs/train/executor-logs-0", b"train begins\nValueError: no luck\n")
    reports = FailureReports(pods=pods, store=store)

    found = reports.failure(failed(log_uri=URI), [pod("a", "train", "executor")])

    assert found.message == "stage `train` failed: ValueError: no luck"
    assert found.log == ("train begins", "ValueError: no luck")


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        pytest.param([pod("d", "train-driver"), pod("e", "train", "executor")], "e", id="executor"),
        pytest.param([pod("d", "train-driver")], "d", id="driver-alone"),
        pytest.param(
            [pod("a", "train", "a", "executor", code=1), pod("b", "train", "b", "executor")],
            "a",
            id="the-one-that-failed",
        ),
    ],
)
def test_the_pod_that_tells_most_is_asked(pods: list[Pod], expected: str) -> None:
    reader = Pods("")

    FailureReports(pods=reader, store=None).lines("train", None, pods)

    assert reader.asked == expected
