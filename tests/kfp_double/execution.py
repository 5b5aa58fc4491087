"""Really executing what was submitted, by the local runner."""

from __future__ import annotations

import threading
import time
import traceback
from pathlib import Path
from typing import Protocol

from eeipu_kfp.core.ports import RunState, StageResult, TrialRun
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.local import LocalRunner
from eeipu_kfp.runners.run_folder import RunFolder
from tests.kfp_double.localization import local_arguments, local_pipeline
from tests.kfp_double.recording import Ended, Recorder
from tests.kfp_double.runs import Mishap, Run, State

_POLL_SECONDS = 0.02
_STATES = {
    StageOutcome.EXECUTED: State.SUCCEEDED,
    StageOutcome.FAILED: State.FAILED,
    StageOutcome.SKIPPED: State.SKIPPED,
}


class Executor(Protocol):
    """Takes submitted runs to their end."""

    def submit(self, run: Run) -> None:
        """Begin a run."""
        ...

    def close(self) -> None:
        """End all runs that go on."""
        ...


class LocalExecutor:
    """Runs pipelines in worker processes of this machine and records them as they go on."""

    def __init__(self, recorder: Recorder, folder: Path, *, lag_seconds: float) -> None:
        """Work below a folder.

        Args:
            recorder: Where everything is noted.
            folder: For the runs' own folders.
            lag_seconds: How long the API takes to hear of anything.
        """
        self._recorder = recorder
        self._folder = folder
        self._lag_seconds = lag_seconds
        self._runner = LocalRunner(folder / "runs")
        self._using_runner = threading.Lock()
        self._followers: list[threading.Thread] = []
        self._is_closing = threading.Event()
        (folder / "runs").mkdir(parents=True)

    def submit(self, run: Run) -> None:
        """Follow a run in a thread of its own."""
        follower = threading.Thread(target=self._follow, args=(run,), daemon=True)
        self._followers = [thread for thread in self._followers if thread.is_alive()]
        self._followers.append(follower)
        follower.start()

    def close(self) -> None:
        """End all workers."""
        self._is_closing.set()
        for follower in self._followers:
            follower.join()
        self._runner.close()

    def _follow(self, run: Run) -> None:
        try:
            self._recorder.begin(run)
            self._start(run)
            state = self._watch(run)
        except Exception:  # noqa: BLE001  # as an API server, it outlives what it cannot execute
            traceback.print_exc()
            state = self._give_up(run)
        self._is_closing.wait(max(0.0, run.created_at + self._lag_seconds - time.time()))
        run.enter(state, time.time())

    def _start(self, run: Run) -> None:
        trial = TrialRun(
            name=run.id,
            pipeline=local_pipeline(run, self._brought),
            arguments=local_arguments(run, self._brought),
            stages=run.stages,
        )
        with self._using_runner:
            self._runner.start(trial)

    def _brought(self, uri: str) -> str:
        path = self._recorder.writer.bucket.download(uri, self._recorder.writer.downloads)
        return uri if path is None else str(path)

    def _watch(self, run: Run) -> State:
        while not self._is_closing.is_set():
            if time.time() > run.created_at + self._lag_seconds:
                run.enter(State.RUNNING, time.time())
            with self._using_runner:
                local_state = self._runner.poll(run.id)
                results = self._runner.collect(run.id)
            self._record(run, results)
            if local_state is not RunState.RUNNING:
                return State.SUCCEEDED if local_state is RunState.SUCCEEDED else State.FAILED
            self._begin_next(run)
            if run.cancelled.wait(_POLL_SECONDS):
                break
        return self._terminate(run)

    def _terminate(self, run: Run) -> State:
        with self._using_runner:
            self._runner.stop(run.id)
        self._record(run, self._runner.collect(run.id))
        for task in run.tasks.values():
            if task.finished_at is None:
                self._recorder.kill_stage(run, task.name, Mishap.TERMINATED, time.time())
        return State.FAILED

    def _give_up(self, run: Run) -> State:
        """Fail the stages that go on, as a launcher does that cannot upload."""
        with self._using_runner:
            self._runner.stop(run.id)
        now = time.time()
        for task in run.tasks.values():
            if task.finished_at is None:
                seconds = now - task.started_at
                failed = Ended(
                    state=State.FAILED,
                    started_at=task.started_at,
                    seconds=seconds,
                    finished_at=now,
                )
                self._recorder.end_stage(run, task.name, failed)
        return State.FAILED

    def _record(self, run: Run, results: tuple[StageResult, ...]) -> None:
        for result in results:
            task = run.tasks.get(result.stage)
            if task is None:
                self._recorder.begin_stage(run, result.stage, _free_at(run))
            elif task.finished_at is not None:
                continue
            self._record_end(run, result)

    def _record_end(self, run: Run, result: StageResult) -> None:
        started_at = result.started_at or _free_at(run)
        finished_at = started_at + result.seconds + result.overhead_seconds
        mishap = run.mishaps.get(result.stage)
        if mishap is not None:
            self._recorder.kill_stage(run, result.stage, mishap, finished_at)
            return
        ended = Ended(
            state=_STATES[result.outcome],
            started_at=started_at,
            seconds=result.seconds,
            finished_at=finished_at,
            log=self._log(run, result),
            **({"outputs": result.outputs} if result.outputs else {}),
        )
        self._recorder.end_stage(run, result.stage, ended)

    def _log(self, run: Run, result: StageResult) -> bytes | None:
        if result.outcome is StageOutcome.SKIPPED:
            return None
        path = RunFolder(self._folder / "runs" / run.id).log_path(result.stage)
        return path.read_bytes() if path.exists() else b""

    def _begin_next(self, run: Run) -> None:
        upcoming = next((name for name in run.stages if name not in run.tasks), None)
        is_idle = all(
            task.finished_at is not None and task.state is not State.FAILED
            for task in run.tasks.values()
        )
        if upcoming is not None and is_idle:
            self._recorder.begin_stage(run, upcoming, _free_at(run))


def _free_at(run: Run) -> float:
    """Return when the next stage of a run could begin."""
    return max((task.finished_at or 0.0 for task in run.tasks.values()), default=run.created_at)
