"""What an experiment has learnt so far."""

from __future__ import annotations

from dataclasses import dataclass

from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.trial import StageOutcome, Trial, TrialState


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All trials of an experiment, by number.

    Attributes:
        objective: What to improve.
        trials: Every trial, in order of its number.
    """

    objective: Objective
    trials: tuple[Trial, ...] = ()

    def in_state(self, *states: TrialState) -> tuple[Trial, ...]:
        """Return the trials in any of these states."""
        return tuple(trial for trial in self.trials if trial.state in states)

    @property
    def active(self) -> tuple[Trial, ...]:
        """The trials that are pending or running."""
        return tuple(trial for trial in self.trials if not trial.state.is_terminal)

    @property
    def failed(self) -> tuple[Trial, ...]:
        """The trials that failed."""
        return self.in_state(TrialState.FAILED)

    @property
    def best(self) -> Trial | None:
        """The trial with the best objective, the earliest of equals; None before the first."""
        scored = [t for t in self.trials if t.objective is not None]
        return max(scored, key=lambda t: self.objective.score(t.objective or 0.0), default=None)

    @property
    def spent_seconds(self) -> float:
        """Compute time of all stages that really ran."""
        return sum(trial.spent_seconds for trial in self.trials)

    @property
    def saved_seconds(self) -> float:
        """Compute time that the cache avoided."""
        return sum(trial.saved_seconds for trial in self.trials)

    def count(self, *outcomes: StageOutcome) -> int:
        """Return how many stage records have one of these outcomes."""
        return sum(record.outcome in outcomes for trial in self.trials for record in trial.stages)
