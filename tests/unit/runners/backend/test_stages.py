from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.core.ports import RunState
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.backend.pods import Pod
from eeipu_kfp.runners.backend.runs import Run
from eeipu_kfp.runners.backend.stages import EndedStage, Evidence, assess
from eeipu_kfp.runners.backend.tasks import TaskKind, TaskRecord, TaskState, TaskTree
from tests.unit.runners.backend.test_tasks import record, root

STAGES = ("prepare", "train")
IMPORT = "cached-a"


def run(
    state: RunState, *, has_ended: bool = True, task_states: Mapping[str, str] | None = None
) -> Run:
    tasks = {name: {"componentRef": {"name": f"comp-{name}"}} for name in (*STAGES, IMPORT)}
    components: dict[str, Any] = {f"comp-{name}": {"executorLabel": name} for name in tasks}
    ir = {
        "root": {"dag": {"tasks": tasks}},
        "components": components,
        "deploymentSpec": {"executors": {IMPORT: {"importer": {"artifactUri": {}}}}},
    }
    return Run(
        id="one",
        state=state,
        has_ended=has_ended,
        document=Document(ir=ir, platform={}),
        task_states=task_states or {},
    )


def stage(number: int, name: str, state: TaskState, **changes: Any) -> TaskRecord:
    ended_at = None if state is TaskState.RUNNING else 10.0 * number
    values = {"started_at": 10.0 * number - 4.0, "ended_at": ended_at, **changes}
    return record(number, name, 1, state=state, **values)


def pod(*path: str, reason: str = "", code: int | None = 0, at: float = 0.0) -> Pod:
    """Return a pod that has ended, or whose user code is running where it has no code."""
    state = {"terminated": {"exitCode": code}}
    statuses = [{"name": "main", "state": state}]
    return Pod(
        name="-".join(path),
        path=path,
        created_at=at,
        started_at=at + 2.0,
        finished_at=None if code is None else at + 5.0,
        document={"status": {"reason": reason, "containerStatuses": statuses}},
    )


def look(run: Run, *records: TaskRecord, pods: tuple[Pod, ...] = ()) -> dict[str, EndedStage]:
    _, ended = assess(Evidence(run=run, tree=TaskTree([root(), *records]), pods=pods))
    return {found.name: found for found in ended}


def state_of(run: Run, *records: TaskRecord, pods: tuple[Pod, ...] = ()) -> RunState:
    return assess(Evidence(run=run, tree=TaskTree([root(), *records]), pods=pods))[0]


PREPARED = stage(2, "prepare", TaskState.SUCCEEDED)
KILLED = stage(3, "train", TaskState.RUNNING)


def test_stages_come_in_the_order_they_ended() -> None:
    early, late = stage(2, "train", TaskState.SUCCEEDED), stage(3, "prepare", TaskState.SUCCEEDED)

    assert list(look(run(RunState.SUCCEEDED), early, late)) == ["train", "prepare"]


def test_without_pods_the_metadata_tell_the_time() -> None:
    found = look(run(RunState.SUCCEEDED), PREPARED)["prepare"].timing

    assert found is not None
    assert (found.started_at, found.finished_at, found.seconds) == (16.0, 20.0, 4.0)
    assert found.overhead_seconds == 0.0


def test_a_nested_pipeline_costs_the_sum_of_its_containers() -> None:
    nested = stage(2, "prepare", TaskState.SUCCEEDED, kind=TaskKind.DAG)
    inner = [
        record(3, "a", 2, started_at=1.0, ended_at=3.0),
        record(4, "cached", 2, kind=TaskKind.IMPORTER, started_at=0.0, ended_at=9.0),
        record(5, "b", 2, started_at=4.0, ended_at=9.0),
    ]

    found = look(run(RunState.SUCCEEDED), nested, *inner)["prepare"].timing

    assert found is not None
    assert (found.started_at, found.finished_at, found.seconds) == (1.0, 9.0, 7.0)


def test_a_stage_waits_for_its_pod_to_tell_the_seconds() -> None:
    running = run(RunState.RUNNING, has_ended=False)

    assert look(running, PREPARED, pods=(pod("prepare", "executor", code=None),)) == {}
    assert list(look(running, PREPARED, pods=(pod("prepare", "executor"),))) == ["prepare"]


def test_a_failure_counts_at_the_end_alone_for_it_may_be_tried_again() -> None:
    failed = stage(3, "train", TaskState.FAILED)

    assert list(look(run(RunState.RUNNING, has_ended=False), PREPARED, failed)) == ["prepare"]
    assert look(run(RunState.FAILED), PREPARED, failed)["train"].outcome is StageOutcome.FAILED


def test_a_condition_not_met_is_skipped() -> None:
    skipped = stage(3, "train", TaskState.SKIPPED, kind=TaskKind.DAG)

    found = look(run(RunState.RUNNING, has_ended=False), skipped)["train"]

    assert found.outcome is StageOutcome.SKIPPED
    assert found.timing is not None
    assert found.timing.seconds == 0.0


def test_a_dag_that_kfp_left_open_has_ended_with_its_run() -> None:
    open_dag = stage(3, "train", TaskState.RUNNING, kind=TaskKind.DAG)

    assert look(run(RunState.RUNNING, has_ended=False), open_dag) == {}
    found = look(run(RunState.SUCCEEDED), open_dag)["train"]
    assert found.outcome is StageOutcome.EXECUTED


def test_a_stage_that_was_stopped_with_its_run_is_none() -> None:
    assert list(look(run(RunState.STOPPED), PREPARED, KILLED)) == ["prepare"]


def test_a_stage_without_an_end_failed_where_argo_says_so() -> None:
    states = {"prepare": "SUCCEEDED", "train": "FAILED"}

    found = look(run(RunState.FAILED, task_states=states), PREPARED, KILLED)

    assert found["train"].outcome is StageOutcome.FAILED


@pytest.mark.parametrize("kind", [TaskKind.CONTAINER, TaskKind.DAG])
def test_a_stage_without_an_end_failed_where_nobody_says_otherwise(kind: TaskKind) -> None:
    killed = stage(3, "train", TaskState.RUNNING, kind=kind)

    found = look(run(RunState.FAILED), PREPARED, killed)

    assert found["train"].outcome is StageOutcome.FAILED


def test_an_open_dag_of_good_containers_is_good() -> None:
    nested = stage(2, "prepare", TaskState.RUNNING, kind=TaskKind.DAG)
    failed = stage(3, "train", TaskState.FAILED)

    found = look(run(RunState.FAILED), nested, failed, record(4, "a", 2))

    assert found["prepare"].outcome is StageOutcome.EXECUTED


def test_a_failed_dag_shows_the_container_that_failed() -> None:
    nested = stage(3, "train", TaskState.FAILED, kind=TaskKind.DAG)
    inner = record(4, "a", 3, state=TaskState.FAILED, log_uri="minio://b/log")

    found = look(run(RunState.FAILED), nested, inner)["train"]

    assert found.record == inner


def test_a_stage_that_lost_its_pod_leaves_the_run_stopped() -> None:
    failed = run(RunState.FAILED, task_states={"train": "FAILED"})
    pods = (pod("prepare", "executor"), pod("train", "executor", reason="Evicted", code=137))

    assert state_of(failed, PREPARED, KILLED, pods=pods) is RunState.STOPPED
    assert list(look(failed, PREPARED, KILLED, pods=pods)) == ["prepare"]


def test_a_pod_that_was_deleted_was_lost() -> None:
    failed = run(RunState.FAILED, task_states={"train": "FAILED"})
    left = (pod("prepare", "executor"), pod("train-driver"))

    assert state_of(failed, PREPARED, KILLED, pods=left) is RunState.STOPPED


def test_where_all_pods_are_gone_a_stage_has_failed() -> None:
    failed = run(RunState.FAILED, task_states={"train": "FAILED"})

    assert state_of(failed, PREPARED, KILLED) is RunState.FAILED


def test_one_stage_that_failed_by_itself_fails_the_run() -> None:
    lost = stage(2, "prepare", TaskState.RUNNING)
    states = {"prepare": "FAILED", "train": "FAILED"}
    pods = (
        pod("prepare", "executor", reason="Evicted", code=137),
        pod("train", "executor", code=1),
    )
    failed = run(RunState.FAILED, task_states=states)

    assert state_of(failed, lost, stage(3, "train", TaskState.FAILED), pods=pods) is RunState.FAILED


def test_a_driver_that_failed_is_told_from_its_stage() -> None:
    failed = run(RunState.FAILED, task_states={"train-driver": "FAILED"})

    found = look(failed, PREPARED, pods=(pod("train-driver", code=1),))["train"]

    assert found.outcome is StageOutcome.FAILED
    assert found.ending is not None
    assert found.ending.message == "did not begin: its driver exited with code 1"
    assert not found.ending.is_lost


@pytest.mark.parametrize(
    ("pods", "task_states", "message"),
    [
        pytest.param(
            (pod("cached-a", code=1),),
            {},
            "did not begin: `cached-a` exited with code 1",
            id="importer-by-its-pod",
        ),
        pytest.param(
            (), {IMPORT: "FAILED"}, "did not begin: `cached-a` failed", id="importer-by-argo"
        ),
        pytest.param((), {}, "did not begin: the run failed before it", id="nothing-known"),
    ],
)
def test_a_run_that_failed_between_stages_blames_the_next(
    pods: tuple[Pod, ...], task_states: dict[str, str], message: str
) -> None:
    found = look(run(RunState.FAILED, task_states=task_states), PREPARED, pods=pods)["train"]

    assert found.outcome is StageOutcome.FAILED
    assert found.timing is None
    assert found.ending is not None
    assert found.ending.message == message


def test_a_run_that_lost_a_pod_between_stages_is_stopped() -> None:
    lost = (pod("cached-a", reason="NodeLost"),)

    assert state_of(run(RunState.FAILED), PREPARED, pods=lost) is RunState.STOPPED


def test_a_pod_that_failed_after_its_stage_was_done_is_not_to_blame() -> None:
    late = (pod("prepare", "executor", reason="DeadlineExceeded"),)
    failed = run(RunState.FAILED, task_states={"prepare": "FAILED"})

    assert state_of(failed, PREPARED, pods=late) is RunState.STOPPED
    assert list(look(failed, PREPARED, pods=late)) == ["prepare"]


def test_a_run_that_failed_after_its_last_stage_has_lost_nothing() -> None:
    trained = stage(3, "train", TaskState.SUCCEEDED)

    assert state_of(run(RunState.FAILED), PREPARED, trained) is RunState.STOPPED
    assert list(look(run(RunState.FAILED), PREPARED, trained)) == ["prepare", "train"]
