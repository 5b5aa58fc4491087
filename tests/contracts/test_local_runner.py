from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from eeipu_kfp.core.ports import RunState, StageResult, TrialRun
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.errors import RunnerError
from eeipu_kfp.runners.local import LocalRunner
from tests.contracts.local_pipelines import compiled, rest, whole
from tests.contracts.runner import STAGES, RunnerContract, RunnerWorld

_PATIENCE_SECONDS = 60.0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A process that a stage's component has written down: its own, or a `child` of it."""

    name: str
    process: int
    worker: int


class LocalWorld(RunnerWorld):
    def __init__(self, runner: LocalRunner, folder: Path) -> None:
        self.runner: LocalRunner = runner
        self._name = folder.name
        self._gate = folder / "gate"
        self._journal = folder / "journal.txt"

    def trial(
        self,
        name: str,
        *,
        without_prepare: bool = False,
        failing: str = "",
        held: str = "",
        trouble: str = "",
        limit_seconds: float | None = None,
    ) -> TrialRun:
        return TrialRun(
            name=f"{self._name}-{name}",
            pipeline=compiled(rest if without_prepare else whole),
            arguments={
                "journal": str(self._journal),
                "trouble": trouble or (f"{failing}:raise" if failing else ""),
                "gate": f"{held}:{self._gate}" if held else "",
            },
            stages=STAGES[1:] if without_prepare else STAGES,
            stage_timeout_seconds=limit_seconds,
        )

    def release(self) -> None:
        self._gate.touch()

    def wait(self, condition: Callable[[], bool]) -> None:
        wait_for(condition)

    def journal(self) -> list[Begun]:
        """Every process so far."""
        if not self._journal.exists():
            return []
        lines = [line.split() for line in self._journal.read_text().splitlines()]
        return [Begun(name=n, process=int(p), worker=int(w)) for n, p, w in lines]

    def begun(self, name: str) -> Begun:
        """Wait until a process of this name is there."""
        self.wait(lambda: name in [begun.name for begun in self.journal()])
        return next(begun for begun in self.journal() if begun.name == name)

    def result(self, **trial: Any) -> StageResult:
        """Run a trial in which a stage fails and return that stage."""
        handle = self.runner.start(self.trial("one", **trial))
        results = self.ended(handle)
        assert self.runner.poll(handle) is RunState.FAILED
        return results[-1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def runner(folder: Path) -> Iterator[LocalRunner]:
    """One runner for all tests, since a worker needs seconds to load kfp."""
    with LocalRunner(folder) as runner:
        yield runner


@pytest.fixture
def local(runner: LocalRunner, tmp_path: Path) -> LocalWorld:
    return LocalWorld(runner, tmp_path)


class TestLocalRunner(RunnerContract):
    @pytest.fixture
    def world(self, local: LocalWorld) -> LocalWorld:
        return local


def test_outputs_keep_their_type_and_metadata(local: LocalWorld) -> None:
    prepared, trained, _ = local.ended(local.runner.start(local.trial("one")))

    assert prepared.outputs is not None
    assert trained.outputs is not None
    assert prepared.outputs.parameters == {"Output": 3}
    assert isinstance(prepared.outputs.parameters["Output"], int)
    (model,) = trained.outputs.artifacts["model"]
    assert Path(model.uri).read_text() == "model"
    assert model.type == "system.Dataset"
    assert model.metadata == {"rows": 3}


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        pytest.param("train:raise", "exited with code 1: ValueError: no luck", id="raises"),
        pytest.param("train:exit", "exited with code 3", id="exits"),
        pytest.param("train:kill", "killed by SIGKILL, often the kernel's out-of", id="killed"),
        pytest.param("train:crash", "was killed by SIGSEGV", id="crashes"),
        pytest.param("train:silent", "without writing its output `model`", id="writes-nothing"),
    ],
)
def test_a_failure_says_what_happened(local: LocalWorld, trouble: str, reason: str) -> None:
    failed = local.result(trouble=trouble)

    assert failed.failure is not None
    assert failed.failure.message.startswith("stage `train` ")
    assert reason in failed.failure.message
    assert failed.failure.log[0] == "train begins"
    assert failed.seconds > 0


def test_a_log_is_free_of_what_kfp_adds(local: LocalWorld) -> None:
    failed = local.result(trouble="train:exit")

    assert failed.failure is not None
    assert failed.failure.log == ("train begins",)


def test_a_stage_over_its_time_limit_fails_with_all_that_it_started(local: LocalWorld) -> None:
    failed = local.result(trouble="train:spawn", held="train", limit_seconds=2.0)

    assert failed.failure is not None
    assert "ran longer than its limit of 2 s" in failed.failure.message
    assert 0 < failed.seconds <= 2.5
    local.wait(lambda: not any(is_running(begun.process) for begun in local.journal()))


def test_after_a_time_limit_the_next_run_goes_on_as_usual(local: LocalWorld) -> None:
    local.result(held="train", limit_seconds=1.0)

    results = local.ended(local.runner.start(local.trial("two")))

    assert [result.stage for result in results] == list(STAGES)


def test_a_nan_output_comes_back_as_nan(local: LocalWorld) -> None:
    *_, evaluated = local.ended(local.runner.start(local.trial("one", trouble="evaluate:nan")))

    assert evaluated.outcome is StageOutcome.EXECUTED
    assert evaluated.outputs is not None
    assert str(evaluated.outputs.parameters["Output"]) == "nan"


def test_a_stopped_run_leaves_no_process(local: LocalWorld) -> None:
    handle = local.runner.start(local.trial("one", trouble="train:spawn", held="train"))
    processes = [local.begun("train").process, local.begun("child").process]

    local.runner.stop(handle)

    assert local.runner.poll(handle) is RunState.STOPPED
    local.wait(lambda: not any(is_running(process) for process in processes))


def test_a_killed_worker_leaves_what_had_ended(local: LocalWorld, folder: Path) -> None:
    handle = local.runner.start(local.trial("one", held="train"))
    stage = local.begun("train")

    os.kill(stage.worker, signal.SIGKILL)
    local.wait(lambda: local.runner.poll(handle) is not RunState.RUNNING)

    assert local.runner.poll(handle) is RunState.STOPPED
    local.wait(lambda: not is_running(stage.process))
    with LocalRunner(folder) as another:
        assert another.poll(handle) is RunState.STOPPED
        assert [result.stage for result in another.collect(handle)] == ["prepare"]


_PARENT = """
import json, sys
from pathlib import Path
from eeipu_kfp.core.ports import TrialRun
from eeipu_kfp.runners.local import LocalRunner

runner = LocalRunner(Path(sys.argv[1]))
runner.start(TrialRun(**json.loads(sys.stdin.readline())))
sys.stdin.read()
"""


def test_nothing_survives_a_killed_tuner(local: LocalWorld, folder: Path) -> None:
    run = local.trial("one", trouble="train:spawn", held="train")
    tuner = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(folder)], stdin=subprocess.PIPE, text=True
    )
    assert tuner.stdin is not None
    tuner.stdin.write(json.dumps(asdict(run)) + "\n")
    tuner.stdin.flush()
    stage, child = local.begun("train"), local.begun("child")

    tuner.kill()
    tuner.communicate()

    assert local.runner.poll(run.name) is RunState.STOPPED
    assert [result.stage for result in local.runner.collect(run.name)] == ["prepare"]
    processes = (stage.worker, stage.process, child.process)
    local.wait(lambda: not any(is_running(process) for process in processes))


def test_a_run_of_another_tuner_can_be_stopped(local: LocalWorld, folder: Path) -> None:
    handle = local.runner.start(local.trial("one", held="train"))
    stage = local.begun("train")

    with LocalRunner(folder) as another:
        another.stop(handle)

        assert another.poll(handle) is RunState.STOPPED
    local.wait(lambda: not is_running(stage.process))


def test_two_runs_at_once_have_a_worker_each(local: LocalWorld) -> None:
    handles = [local.runner.start(local.trial(name, held="train")) for name in ("one", "two")]
    local.wait(lambda: [begun.name for begun in local.journal()].count("train") == 2)
    local.release()

    assert len({begun.worker for begun in local.journal()}) == 2
    for handle in handles:
        assert len(local.ended(handle)) == 3


def test_an_idle_worker_is_used_again(tmp_path: Path) -> None:
    with LocalRunner(tmp_path / "runs") as runner:
        local = LocalWorld(runner, tmp_path)
        for name in ("one", "two"):
            local.ended(runner.start(local.trial(name)))

    assert [begun.name for begun in local.journal()] == [*STAGES, *STAGES]
    assert len({begun.worker for begun in local.journal()}) == 1


def test_closing_ends_runs_and_workers(tmp_path: Path) -> None:
    with LocalRunner(tmp_path / "runs") as runner:
        local = LocalWorld(runner, tmp_path)
        runner.start(local.trial("one", held="train"))
        stage = local.begun("train")

    local.wait(lambda: not is_running(stage.worker) and not is_running(stage.process))


def test_a_pipeline_that_cannot_be_read_is_the_runners_error(local: LocalWorld) -> None:
    handle = local.runner.start(replace(local.trial("one"), pipeline={"root": {"dag": 5}}))

    with pytest.raises(RunnerError, match="no compiled KFP 2 pipeline"):
        local.ended(handle)


def test_what_could_not_be_executed_is_no_error_to_a_later_runner(
    local: LocalWorld, folder: Path
) -> None:
    handle = local.runner.start(replace(local.trial("one"), arguments={}))
    with pytest.raises(RunnerError):
        local.ended(handle)

    with LocalRunner(folder) as later:
        assert later.poll(handle) is RunState.STOPPED


def test_a_missing_argument_is_the_runners_error(local: LocalWorld) -> None:
    handle = local.runner.start(replace(local.trial("one"), arguments={}))

    with pytest.raises(RunnerError, match="input `journal` has no value and no default"):
        local.ended(handle)


def test_a_name_that_is_no_file_name_is_refused(local: LocalWorld) -> None:
    with pytest.raises(RunnerError, match="no file name"):
        local.runner.start(replace(local.trial("one"), name="../one"))


def test_a_discarded_run_leaves_nothing_behind(local: LocalWorld, folder: Path) -> None:
    handle = local.runner.start(local.trial("one"))
    local.ended(handle)

    local.runner.discard(handle)

    assert not (folder / handle).exists()
    assert local.runner.poll(handle) is RunState.STOPPED
    assert local.runner.collect(handle) == ()
