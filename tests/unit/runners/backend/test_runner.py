from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from eeipu_kfp.core.ports import RunState, TrialRun
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.runners.backend import runner as module
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.mlmd import MlmdReader
from eeipu_kfp.runners.backend.runner import KfpRunner
from eeipu_kfp.runners.backend.tasks import TaskRecord
from tests.unit.runners.backend.recordings import (
    RecordedPods,
    recorded,
    recorded_answer,
    served,
)

UNAVAILABLE = RunnerUnavailableError("no answer")


class Api(KfpApi):
    """A backend in memory that keeps what it was asked."""

    def __init__(self, *bodies: Mapping[str, Any]) -> None:
        super().__init__("http://127.0.0.1:1")
        self.bodies = list(bodies)
        self.runs: dict[str, str] = {}
        self.asked: list[str] = []
        self.submitted: list[Mapping[str, Any]] = []
        self.faults: dict[str, Exception] = {}
        self.is_lossy = False

    def experiment_id(self, name: str, *, namespace: str = "") -> str:
        self.asked.append(f"experiment {name} {namespace}".strip())
        return "e1"

    def find_run(self, name: str, *, experiment_id: str) -> str | None:
        self.asked.append(f"find {name} in {experiment_id}")
        return self.runs.get(name)

    def create_run(self, body: Mapping[str, Any]) -> str:
        self.asked.append("create")
        if not self.is_lossy and "create" in self.faults:
            raise self.faults["create"]
        self.submitted.append(body)
        self.runs[body["display_name"]] = "r1"
        if "create" in self.faults:
            raise self.faults["create"]
        return "r1"

    def run(self, run_id: str, *, with_tasks: bool = False) -> Mapping[str, Any] | None:
        self.asked.append("run")
        if not self.bodies:
            return None
        return self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]

    def terminate(self, run_id: str) -> None:
        self.asked.append("terminate")
        if "terminate" in self.faults:
            raise self.faults["terminate"]


class Recorded:
    """Run metadata as recorded, counting how often they are read."""

    def __init__(self, case: str, *, suffix: str = "") -> None:
        with served(recorded_answer(case, suffix=suffix)) as address:
            reader = MlmdReader(address)
            self.records: tuple[TaskRecord, ...] = reader.read("one")
            reader.close()
        self.reads = 0

    def read(self, run_id: str) -> tuple[TaskRecord, ...]:
        self.reads += 1
        return self.records


def runner(api: Api, metadata: Recorded | None = None, **more: Any) -> KfpRunner:
    return KfpRunner(
        api=api,
        metadata=metadata or Recorded("full"),
        experiment="mine-0a1b2c3d",
        pipeline_root="minio://b/runs",
        **more,
    )


def of(case: str, *, with_pods: bool = True) -> KfpRunner:
    """Return a runner whose backend knows one recorded run."""
    pods = RecordedPods(case) if with_pods else None
    return runner(Api(recorded(case, "run")), Recorded(case), pods=pods)


@pytest.fixture
def trial() -> TrialRun:
    return TrialRun(
        name="mine-0001",
        pipeline=recorded("full", "run")["pipeline_spec"],
        arguments={"rows": 20},
        stages=("prepare", "train", "evaluate"),
    )


def ended(state: str, *history: str) -> dict[str, Any]:
    body = recorded("full", "run")
    return {**body, "state": state, "state_history": [{"state": each} for each in history]}


def test_a_start_submits_into_the_experiment(trial: TrialRun) -> None:
    api = Api()

    assert runner(api, namespace="team").start(trial) == "r1"

    assert api.asked == ["experiment mine-0a1b2c3d team", "find mine-0001 in e1", "create"]
    assert api.submitted[0]["experiment_id"] == "e1"
    assert api.submitted[0]["runtime_config"]["pipeline_root"] == "minio://b/runs"


def test_a_name_that_the_experiment_has_is_not_submitted_again(trial: TrialRun) -> None:
    api = Api()
    api.runs["mine-0001"] = "r0"
    several = runner(api)

    assert several.start(trial) == "r0"
    assert several.start(trial) == "r0"

    assert api.submitted == []
    assert api.asked.count("experiment mine-0a1b2c3d") == 1


def test_a_submit_whose_answer_is_lost_is_looked_up(trial: TrialRun) -> None:
    api = Api()
    api.faults["create"], api.is_lossy = UNAVAILABLE, True

    assert runner(api).start(trial) == "r1"
    assert api.asked.count("create") == 1


def test_a_submit_that_did_not_arrive_is_left_to_the_next_start(trial: TrialRun) -> None:
    api = Api()
    api.faults["create"] = UNAVAILABLE

    with pytest.raises(RunnerUnavailableError):
        runner(api).start(trial)

    assert api.asked.count("create") == 1
    api.faults.clear()
    assert runner(api).start(trial) == "r1"


def test_a_refused_submit_is_the_runners_error(trial: TrialRun) -> None:
    api = Api()
    api.faults["create"] = RunnerError("no such input")

    with pytest.raises(RunnerError, match="no such input"):
        runner(api).start(trial)


@pytest.mark.parametrize(
    ("case", "state", "outcomes"),
    [
        ("full", RunState.SUCCEEDED, {"prepare": "E", "train": "E", "evaluate": "E"}),
        ("cut", RunState.SUCCEEDED, {"train": "E", "evaluate": "E"}),
        ("failing", RunState.FAILED, {"prepare": "E", "train": "F"}),
        ("deleted_artifact", RunState.FAILED, {"train": "F"}),
        ("out_of_memory", RunState.FAILED, {"prepare": "E", "train": "F"}),
        ("not_a_number", RunState.FAILED, {"prepare": "E", "train": "E", "evaluate": "F"}),
        ("terminated", RunState.STOPPED, {"prepare": "E"}),
        ("unschedulable", RunState.RUNNING, {"prepare": "E"}),
    ],
)
@pytest.mark.parametrize("with_pods", [True, False], ids=["with-pods", "without-pods"])
def test_recorded_runs_are_told(
    case: str, state: RunState, outcomes: dict[str, str], *, with_pods: bool
) -> None:
    one = of(case, with_pods=with_pods)

    assert one.poll("one") is state
    results = [r for r in one.collect("one") if r.outcome is not StageOutcome.CACHED]
    assert {result.stage: result.outcome[0] for result in results} == outcomes
    assert all(result.seconds > 0 for result in results)
    executed = [result for result in results if result.outcome is StageOutcome.EXECUTED]
    assert all(result.outputs is not None and result.failure is None for result in executed)
    assert all(result.failure is not None for result in results if result not in executed)


def test_a_run_that_failed_with_the_api_server_counts_as_stopped() -> None:
    one = of("api_server_away")

    assert one.poll("one") is RunState.STOPPED
    assert [result.stage for result in one.collect("one")] == ["prepare"]


def test_an_importer_is_told_with_the_time_it_took() -> None:
    brought = [r for r in of("cut").collect("one") if r.outcome is StageOutcome.CACHED]

    assert [(result.stage, result.overhead_seconds) for result in brought] == [
        ("cached-prepare-data", 4.0)
    ]


def test_nested_stages_are_told_as_one_each() -> None:
    results = {result.stage: result for result in of("nested").collect("one")}

    assert set(results) == {"for-loop-2", "inner", "total", "condition-3", "condition-4"}
    assert results["condition-4"].outcome is StageOutcome.SKIPPED
    assert results["inner"].seconds > 2.0
    assert results["inner"].overhead_seconds > 0.0


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("failing", "stage `train` exited with code 1: RuntimeError: the model diverged"),
        ("out_of_memory", "stage `train` ran out of memory at its limit of 256Mi; raise the limit"),
        ("deleted_artifact", "stage `train` exited with code 1: FileNotFoundError: "),
    ],
)
def test_a_recorded_failure_says_what_happened(case: str, sentence: str) -> None:
    *_, failed = of(case).collect("one")

    assert failed.failure is not None
    assert failed.failure.message.startswith(sentence)


def test_stages_are_told_while_the_run_goes_on() -> None:
    body = recorded("full", "run_running")
    pods = RecordedPods("full", "pods_running")
    one = runner(Api(body), Recorded("full", suffix="_running"), pods=pods)

    assert one.poll("one") is RunState.RUNNING
    on_the_way = [result.stage for result in one.collect("one")]

    assert on_the_way == ["prepare", "train"][: len(on_the_way)]
    assert on_the_way


def test_the_metadata_are_read_anew_only_where_something_has_changed() -> None:
    running, done = recorded("full", "run_running"), recorded("full", "run")
    metadata = Recorded("full")
    api = Api(running, running, running, done)
    one = runner(api, metadata)

    for _ in range(3):
        one.collect(done["run_id"])
    assert metadata.reads == 1
    for _ in range(3):
        one.collect(done["run_id"])

    assert metadata.reads == 2
    assert api.asked.count("run") == 4


def test_without_the_states_of_tasks_the_metadata_are_read_until_the_end() -> None:
    running, done = ended("RUNNING"), ended("SUCCEEDED")
    for body in (running, done):
        del body["run_details"]
    metadata = Recorded("full")
    one = runner(Api(running, running, done), metadata)

    for _ in range(5):
        one.collect(done["run_id"])

    assert metadata.reads == 3


def test_what_was_told_does_not_change_when_the_pods_are_gone() -> None:
    pods = RecordedPods("full")
    running, done = recorded("full", "run_running"), recorded("full", "run")
    one = runner(Api(running, done), Recorded("full"), pods=pods)
    before = one.collect("one")

    pods._pods.clear()
    after = one.collect("one")

    assert after[: len(before)] == before


def test_after_a_discard_the_run_is_still_there() -> None:
    one, handle = of("full"), recorded("full", "run")["run_id"]
    before = one.collect(handle)

    one.discard(handle)
    one.discard(handle)

    assert one.collect(handle) == before


def test_an_unknown_run_is_stopped_and_has_no_stages() -> None:
    one = runner(Api())

    one.stop("never")

    assert one.poll("never") is RunState.STOPPED
    assert one.collect("never") == ()


def test_a_stop_waits_for_the_end() -> None:
    api = Api(ended("RUNNING"), ended("FAILED", "CANCELING", "FAILED"))

    runner(api).stop("one")

    assert api.asked == ["run", "terminate", "run"]


def test_a_stop_waits_no_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STOP_SECONDS", 0.0)
    api = Api(ended("RUNNING"), ended("CANCELING"))
    one = runner(api)

    one.stop("one")

    assert one.poll("one") is RunState.STOPPED


def test_a_run_that_is_being_terminated_is_not_terminated_again() -> None:
    api = Api(ended("CANCELING"), ended("FAILED", "CANCELING", "FAILED"))

    runner(api).stop("one")

    assert "terminate" not in api.asked


@pytest.mark.parametrize(
    ("fault", "after"),
    [(RunnerError("Row not found"), "RUNNING"), (UNAVAILABLE, "SUCCEEDED")],
    ids=["refused", "no-answer"],
)
def test_a_stop_that_fails_is_told(fault: Exception, after: str) -> None:
    api = Api(ended("RUNNING"), ended(after))
    api.faults["terminate"] = fault

    with pytest.raises(RunnerError):
        runner(api).stop("one")


def test_a_run_that_ends_just_before_its_stop_is_fine() -> None:
    api = Api(ended("RUNNING"), ended("SUCCEEDED"))
    api.faults["terminate"] = RunnerError("Row not found")
    one = runner(api)

    one.stop("one")

    assert one.poll("one") is RunState.SUCCEEDED


def test_a_run_that_waits_for_a_node_says_so() -> None:
    found = of("unschedulable").stuck("one")

    assert found is not None
    assert found.startswith("`train` waits for a node: 0/1 nodes are available")


@pytest.mark.parametrize("with_pods", [True, False])
def test_a_run_that_moves_is_not_stuck(*, with_pods: bool) -> None:
    assert of("full", with_pods=with_pods).stuck("one") is None


def test_a_log_is_read_of_any_stage() -> None:
    assert of("full").log("one", "train") == ("training on 20 rows",)
    assert of("full").log("one", "unknown") == ()
    assert of("full", with_pods=False).log("one", "train") == ()
