"""The worker process of the local runner: runs trials one after another, each in its folder.

It is told run folders on its standard input, one path a line. The end of that input means that
the tuner is gone: the worker then ends itself with everything that it has started.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from eeipu_kfp.core.ports import RunState, StageResult, TrialRun
from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.errors import EeipuError
from eeipu_kfp.runners.run_folder import RunEnd, RunFolder
from eeipu_kfp.runners.stage_process import StageProcesses


def main() -> None:
    """Serve until the standard input ends."""
    if os.getpgrp() != os.getpid():
        sys.exit("a local worker must lead its own process group")
    paths: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(paths,), daemon=True).start()
    while True:
        folder = RunFolder(Path(paths.get()))
        with folder.held():
            _redirect_output(folder)
            folder.finish(_end_of(folder))


def _listen(paths: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        paths.put(line.rstrip("\n"))
    end_process_group()


def end_process_group() -> None:
    """End this process and all that it has started, at once."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _redirect_output(folder: RunFolder) -> None:
    with (folder.path / "worker.log").open("ab") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())


def _end_of(folder: RunFolder) -> RunEnd:
    try:
        state = TrialExecution(folder).execute()
    except EeipuError as error:
        return RunEnd(state=RunState.FAILED, error=error.message, hint=error.hint)
    except Exception as error:  # noqa: BLE001  # kfp raises anything for a pipeline it cannot read
        return RunEnd(state=RunState.FAILED, error=f"kfp.local refuses the pipeline: {error!r}")
    return RunEnd(state=state)


class TrialExecution:
    """Executes the trial that a folder asks for, and records every stage as soon as it ends."""

    def __init__(self, folder: RunFolder) -> None:
        """Read the request.

        Raises:
            RunnerError: The pipeline cannot be read, or kfp is not as expected.
        """
        from eeipu_kfp.runners.kfp_tasks import KfpTasks  # noqa: PLC0415  # slow; the input first

        self._folder = folder
        self._run: TrialRun = folder.request()
        self._tasks = KfpTasks(
            self._run.pipeline,
            self._run.arguments,
            stages=self._run.stages,
            run_name=self._run.name,
            outputs_path=folder.outputs_path,
        )
        self._recording = threading.Lock()

    def execute(self) -> RunState:
        """Run all stages; after a failure only those that ask for it."""
        state = RunState.SUCCEEDED
        for task in self._tasks.order:
            if state is RunState.SUCCEEDED or self._tasks.runs_after_failure(task):
                outcome = self._execute_task(task)
                state = RunState.FAILED if outcome is StageOutcome.FAILED else state
        return state

    def _execute_task(self, task: str) -> StageOutcome:
        processes = StageProcesses(self._folder.log_path(task))
        with self._watched(task, processes):
            result = self._result(task, processes)
        if task in self._run.stages or result.failure:
            self._folder.record(result)
        return result.outcome

    def _result(self, task: str, processes: StageProcesses) -> StageResult:
        from eeipu_kfp.runners.kfp_tasks import MissingOutputError  # noqa: PLC0415

        try:
            if not self._tasks.is_wanted(task):
                return StageResult(stage=task, outcome=StageOutcome.SKIPPED, seconds=0.0)
            outputs = self._tasks.execute(task, processes.run)
        except MissingOutputError as error:
            return self._failed(task, processes, str(error))
        except Exception as error:  # noqa: BLE001  # kfp raises anything; all of it fails the stage
            return self._failed(task, processes, processes.exit_reason or _told(error))
        return StageResult(
            stage=task,
            outcome=StageOutcome.EXECUTED,
            seconds=processes.seconds,
            overhead_seconds=processes.overhead_seconds,
            started_at=processes.started_at,
            outputs=outputs,
        )

    @contextlib.contextmanager
    def _watched(self, task: str, processes: StageProcesses) -> Iterator[None]:
        limit = self._run.stage_timeout_seconds
        if limit is None:
            yield
            return
        watchdog = threading.Timer(limit, self._time_out, (task, processes, limit))
        watchdog.start()
        yield
        with self._recording:
            watchdog.cancel()

    def _time_out(self, task: str, processes: StageProcesses, limit: float) -> None:
        # Held for good: nothing else may be recorded before the group is gone.
        self._recording.acquire()
        reason = f"ran longer than its limit of {limit:g} s and was ended"
        self._folder.record(self._failed(task, processes, reason))
        # The whole group, so that nothing that the stage has started outlives it. The folder has
        # no end then, but a failed stage and no lock, which says the same.
        end_process_group()

    def _failed(self, task: str, processes: StageProcesses, reason: str) -> StageResult:
        following = self._tasks.order[self._tasks.order.index(task) :]
        stage = next(name for name in following if name in self._run.stages)
        where = f"stage `{stage}`" if stage == task else f"`{task}`, which feeds stage `{stage}`,"
        return StageResult(
            stage=stage,
            outcome=StageOutcome.FAILED,
            seconds=processes.seconds,
            overhead_seconds=processes.overhead_seconds,
            started_at=processes.started_at,
            failure=Failure(message=f"{where} {reason}", stage=stage, log=processes.log_lines()),
        )


def _told(error: Exception) -> str:
    if any(f"Fail to serialize {odd}" in str(error) for odd in ("NaN", "Infinity")):
        return "put out a NaN or an infinity, which kfp cannot hand on"
    return f"failed: {error}"


if __name__ == "__main__":
    main()
