"""The ledger of an experiment on a cluster: trials, and the runs that they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.tuning.ledger import ObjectLedger


class HandleLedger:
    """Fulfils `Ledger` with another one, and remembers each trial's latest run.

    Attributes:
        documents: The ledger behind it.
        runs: Handles of runs by trial number.
    """

    def __init__(self, documents: ObjectLedger) -> None:
        self.documents = documents
        self.runs: dict[int, str] = {}

    def append(self, trial: Trial, *, handle: str | None = None) -> None:
        """Record a trial as it is now, and the handle of its run."""
        self.documents.append(trial, handle=handle)
        self._note(trial, handle)

    def load(self) -> tuple[tuple[Trial, str | None], ...]:
        """Return every trial with its run's handle, by number."""
        found = self.documents.load()
        for trial, handle in found:
            self._note(trial, handle)
        return found

    def _note(self, trial: Trial, handle: str | None) -> None:
        if handle is not None:
            self.runs[trial.number] = handle


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What has ended an experiment, as far as a user may raise it.

    Attributes:
        budget: The whole budget, in its unit.
        max_trials: Trials at most; None for no limit.
        max_failed_trials: Failed trials after which it fails.
    """

    budget: float
    max_trials: int | None
    max_failed_trials: int

    def exceed(self, other: Limits) -> bool:
        """Whether any of these allows more than the other's."""
        trials, others = (limit or float("inf") for limit in (self.max_trials, other.max_trials))
        return (
            self.budget > other.budget
            or trials > others
            or self.max_failed_trials > other.max_failed_trials
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How an experiment has ended.

    Attributes:
        stop: Why.
        finished_at: When, in seconds since the epoch.
        limits: The limits that held then.
    """

    stop: Stop
    finished_at: float
    limits: Limits


def limits_of(experiment: Experiment) -> Limits:
    """Return the limits of an experiment."""
    return Limits(
        budget=experiment.budget.amount,
        max_trials=experiment.max_trials,
        max_failed_trials=experiment.max_failed_trials,
    )


def write_end(ledger: ObjectLedger, end: End) -> None:
    """Note how an experiment has ended."""
    ledger.close(
        {
            "reason": end.stop.reason.value,
            "message": end.stop.message,
            "finishedAt": end.finished_at,
            "budget": end.limits.budget,
            "maxTrials": end.limits.max_trials,
            "maxFailedTrials": end.limits.max_failed_trials,
        }
    )


def read_end(ledger: ObjectLedger) -> End | None:
    """Return how an experiment has ended; None while it has not."""
    found: Any = ledger.end
    if found is None:
        return None
    return End(
        stop=Stop(reason=StopReason(found["reason"]), message=found["message"]),
        finished_at=found["finishedAt"],
        limits=Limits(
            budget=found["budget"],
            max_trials=found["maxTrials"],
            max_failed_trials=found["maxFailedTrials"],
        ),
    )
