"""What an experiment has learnt so far."""

from __future__ import annotations

from dataclasses import dataclass

from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.trial import Trial, TrialState


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
        return next(iter(self.leading(1)), None)

    def leading(self, count: int) -> tuple[Trial, ...]:
        """Return the trials with the best objectives, best first, the earlier of equals first."""
        scored = [(t, t.objective) for t in self.trials if t.objective is not None]
        ranked = sorted(scored, key=lambda pair: -self.objective.score(pair[1]))
        return tuple(trial for trial, _ in ranked[:count])

    @property
    def spent_seconds(self) -> float:
        """Compute time of all stages that really ran."""
        return sum(trial.spent_seconds for trial in self.trials)

    @property
    def overhead_seconds(self) -> float:
        """Time beside the compute of all stages, cached ones too."""
        return sum(trial.overhead_seconds for trial in self.trials)

    @property
    def saved_seconds(self) -> float:
        """Compute time that the cache avoided."""
        return sum(trial.saved_seconds for trial in self.trials)
