"""The local runner: trial pipelines by kfp.local, in a few long-lived worker processes."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from eeipu_kfp.core.ports import RunState, StageResult, TrialRun
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.errors import RunnerError
from eeipu_kfp.runners.lightweight import check
from eeipu_kfp.runners.run_folder import RunFolder

__all__ = ["LocalRunner", "check"]

_WORKER_MODULE = "eeipu_kfp.runners.local_worker"
_ORPHAN_SECONDS = 5.0


class LocalRunner:
    """Runs each trial in a worker process of its own, and all its stages as subprocesses of that.

    A worker ends with this process, however this process ends, and takes its stages with it. What
    stages have put out by then stays in the run's folder, for `collect` in any later process. A
    handle is the run's name; a handle that nothing is known of is a run that is STOPPED, with no
    stages.
    """

    def __init__(self, folder: Path) -> None:
        """Keep all runs below a folder."""
        self._folder = folder.absolute()
        self._workers: list[_Worker] = []
        self._started: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers, and the runs that are still going on."""
        atexit.unregister(self.close)
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def start(self, run: TrialRun) -> str:
        """Give a run to an idle worker, or to a new one.

        Raises:
            RunnerError: The name is no file name, or no worker can be started.
        """
        folder = self._run_folder(run.name)
        if folder.exists:
            return run.name
        try:
            folder.create(run)
            self._idle_worker().take(folder)
            self._started.add(run.name)
        except OSError as error:
            message = f"run `{run.name}` cannot be started: {error}"
            raise RunnerError(message) from error
        return run.name

    def poll(self, handle: str) -> RunState:
        """Return where a run is; one that died on a stage's time limit has FAILED.

        A run that could not be executed at all is STOPPED where another runner has started it:
        what was in its way may be gone by now.

        Raises:
            RunnerError: The pipeline could not be executed at all.
        """
        folder = self._run_folder(handle)
        worker = self._worker_of(folder)
        if worker is None:
            # A worker of a tuner that is gone ends itself at once.
            is_alive = not folder.wait_until_free(_ORPHAN_SECONDS)
        else:
            is_alive = worker.is_alive and folder.end() is None
        if is_alive:
            return RunState.RUNNING
        if worker is not None:
            self._release(worker)
        end = folder.end()
        if end is None:
            return _state_without_end(folder)
        if not end.error:
            return end.state
        if handle in self._started:
            raise RunnerError(end.error, hint=end.hint)
        return RunState.STOPPED

    def stop(self, handle: str) -> None:
        """End a run with every process that it has started; harmless where it has ended."""
        folder = self._run_folder(handle)
        if folder.end() is not None:
            return
        worker = self._worker_of(folder)
        if worker is not None:
            worker.end()
            self._workers.remove(worker)
        elif (holder := folder.holder()) is not None:
            _kill_group(holder)
        folder.wait_until_free(_ORPHAN_SECONDS)

    def collect(self, handle: str) -> tuple[StageResult, ...]:
        """Return the stages that have ended so far, in the order they ended."""
        return self._run_folder(handle).results()

    def discard(self, handle: str) -> None:
        """Remove the folder of a run that is over, with all that its stages have put out."""
        folder = self._run_folder(handle)
        self.stop(handle)
        worker = self._worker_of(folder)
        if worker is not None:
            self._release(worker)
        shutil.rmtree(folder.path, ignore_errors=True)

    def _run_folder(self, name: str) -> RunFolder:
        if name != Path(name).name:
            message = f"run name `{name}` is no file name"
            raise RunnerError(message)
        return RunFolder(self._folder / name)

    def _worker_of(self, folder: RunFolder) -> _Worker | None:
        return next((w for w in self._workers if w.path == folder.path), None)

    def _idle_worker(self) -> _Worker:
        for worker in [*self._workers]:
            if worker.has_ended_its_run:
                self._release(worker)
        idle = next((worker for worker in self._workers if worker.path is None), None)
        if idle is None:
            idle = _Worker(self._folder / "workers.log")
            self._workers.append(idle)
            atexit.unregister(self.close)
            atexit.register(self.close)
        return idle

    def _release(self, worker: _Worker) -> None:
        worker.path = None
        if not worker.is_alive:
            worker.end()
            self._workers.remove(worker)


class _Worker:
    """A worker process and the folder of the run that it works on; None while it is idle."""

    def __init__(self, log_path: Path) -> None:
        self.path: Path | None = None
        with log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-m", _WORKER_MODULE],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def has_ended_its_run(self) -> bool:
        is_over = self.path is not None and RunFolder(self.path).end() is not None
        return is_over or not self.is_alive

    def take(self, folder: RunFolder) -> None:
        assert self._process.stdin is not None  # noqa: S101  # it was asked for above
        self.path = folder.path
        self._process.stdin.write(f"{folder.path}\n")
        self._process.stdin.flush()

    def end(self) -> None:
        _kill_group(self._process.pid)
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()


def _state_without_end(folder: RunFolder) -> RunState:
    failed = any(result.outcome is StageOutcome.FAILED for result in folder.results())
    return RunState.FAILED if failed else RunState.STOPPED


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
