"""The folder of a run: what was asked, what has ended, and whether somebody works on it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eeipu_kfp.core.ports import RunState, StageResult, TrialRun
from eeipu_kfp.runners.documents import decoded_result, encoded_result

_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run has ended.

    Attributes:
        state: SUCCEEDED or FAILED.
        error: Why the runner could not execute the pipeline at all; empty where it could.
        hint: What to do about the error.
    """

    state: RunState
    error: str = ""
    hint: str = ""


class RunFolder:
    """A folder that one worker writes and any process may read.

    Every document is seen whole or not at all. The worker holds a lock on the folder while it is
    alive, so a run without an end and without a lock is known to be dead.

    Attributes:
        path: The folder.
    """

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    def log_path(self, stage: str) -> Path:
        """Return the file that holds what a stage printed."""
        return self.path / "logs" / f"{stage}.txt"

    @property
    def outputs_path(self) -> Path:
        """The folder for the artifacts of all stages."""
        return self.path / "outputs"

    @property
    def exists(self) -> bool:
        """Whether a run was asked for here."""
        return (self.path / "run.json").exists()

    def create(self, run: TrialRun) -> None:
        """Write down what is asked."""
        for folder in (self.path / "stages", self.path / "logs", self.outputs_path):
            folder.mkdir(parents=True, exist_ok=True)
        document = {
            "name": run.name,
            "pipeline": run.pipeline,
            "arguments": dict(run.arguments),
            "stages": run.stages,
            "stage_timeout_seconds": run.stage_timeout_seconds,
        }
        _write(self.path / "run.json", json.dumps(document, default=dict))

    def request(self) -> TrialRun:
        """Return what was asked."""
        document = json.loads((self.path / "run.json").read_text())
        return TrialRun(**{**document, "stages": tuple(document["stages"])})

    def record(self, result: StageResult) -> None:
        """Add the result of a stage that has just ended."""
        # After a power cut the record must not promise files that never reached the disk.
        for path in (self.outputs_path / result.stage).rglob("*"):
            if path.is_file():
                _flush(path)
        number = len(self._stage_paths()) + 1
        path = self.path / "stages" / f"{number:03d}-{result.stage}.json"
        _write(path, encoded_result(result))

    def results(self) -> tuple[StageResult, ...]:
        """Return the stages that have ended, in the order they ended."""
        return tuple(decoded_result(path.read_text()) for path in self._stage_paths())

    def finish(self, end: RunEnd) -> None:
        """Write down that all is over."""
        document = {"state": end.state, "error": end.error, "hint": end.hint}
        _write(self.path / "end.json", json.dumps(document))

    def end(self) -> RunEnd | None:
        """Return how the run ended; None where it has not."""
        document = _read(self.path / "end.json")
        return RunEnd(**{**document, "state": RunState(document["state"])}) if document else None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock that says that this process works on the run."""
        with self._lock_path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def holder(self) -> int | None:
        """Return the id of the process that works on the run; None where none does."""
        try:
            with self._lock_path.open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(file.read() or 0) or None
        except FileNotFoundError:
            pass
        return None

    def wait_until_free(self, seconds: float) -> bool:
        """Wait until nobody works on the run; return False if somebody still does."""
        deadline = time.monotonic() + seconds
        while self.holder() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    @property
    def _lock_path(self) -> Path:
        return self.path / "worker.lock"

    def _stage_paths(self) -> list[Path]:
        return sorted((self.path / "stages").glob("*.json"))


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return None
    document: Mapping[str, Any] = json.loads(text)
    return document


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
