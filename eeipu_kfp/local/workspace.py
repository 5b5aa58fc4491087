"""The folder of an experiment, and the lock on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.errors import BusyError
from eeipu_kfp.tuning.ledger import ObjectLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The folder of one experiment on this machine.

    Attributes:
        folder: Holds `ledger/`, `runs/`, `report.html` and the lock.
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
            with FileLock(self.folder / "lock", timeout=0):
                holder.write_text(str(os.getpid()))
                yield
        except Timeout as error:
            who = holder.read_text() if holder.exists() else "unknown"
            message = f"process {who} is tuning in `{self.folder}` at this moment"
            raise BusyError(message, hint="wait for it, stop it, or use another name") from error
