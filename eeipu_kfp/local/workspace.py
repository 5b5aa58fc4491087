"""The folder of an experiment, and the lock on it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.errors import BusyError
from eeipu_kfp.tuning.ledger import ObjectLedger

_GLANCE_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The folder of one experiment on this machine.

    Attributes:
        folder: Holds `ledger/`, `runs/`, `document.json`, `report.html` and the lock.
    """

    folder: Path

    @property
    def ledger(self) -> ObjectLedger:
        """The record of its trials."""
        return ObjectLedger(DirectoryStore(self.folder / "ledger"))

    @property
    def runs(self) -> Path:
        """The folder of the runs that go on, and of those that failed."""
        return self.folder / "runs"

    @property
    def report(self) -> Path:
        """Its report page."""
        return self.folder / "report.html"

    @property
    def document(self) -> Path:
        """The experiment with its pipeline in it, so that the folder explains itself."""
        return self.folder / "document.json"

    def describe(self, document: Mapping[str, Any]) -> None:
        """Note what the experiment is, pipeline included; a reader never sees half of it.

        Args:
            document: The experiment as plain data, its pipeline inline.
        """
        draft = self.document.with_suffix(".draft")
        draft.write_text(json.dumps(document, indent=1), encoding="utf-8")
        draft.replace(self.document)

    @property
    def is_busy(self) -> bool:
        """Whether a process is tuning here; looking makes no file and never holds one up."""
        try:
            with (self.folder / "lock").open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def history(self, experiment: Experiment) -> History:
        """Return the trials so far, read from the ledger."""
        trials = tuple(trial for trial, _ in self.ledger.load())
        return History(objective=experiment.objective, trials=trials)

    def stop(self) -> Stop | None:
        """Return how the experiment ended; None while it has not."""
        end = self.ledger.end
        if end is None:
            return None
        return Stop(reason=StopReason(end["reason"]), message=end["message"])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process off this experiment.

        Raises:
            BusyError: One is at it already.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        holder = self.folder / "lock.pid"
        try:
            # Somebody may just be looking whether it is free.
            with FileLock(self.folder / "lock", timeout=_GLANCE_SECONDS):
                holder.write_text(str(os.getpid()))
                yield
        except Timeout as error:
            who = holder.read_text() if holder.exists() else "unknown"
            message = f"process {who} is tuning in `{self.folder}` at this moment"
            raise BusyError(message, hint="wait for it, stop it, or use another name") from error
