"""What a designer is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.space import Space
from eeipu_kfp.core.trial import Trial, TrialState
from eeipu_kfp.core.values import Configuration


class StopReason(StrEnum):
    """Why an experiment ends."""

    BUDGET_EXHAUSTED = "BudgetExhausted"
    GOAL_REACHED = "GoalReached"
    MAX_TRIALS_REACHED = "MaxTrialsReached"
    TOO_MANY_FAILED_TRIALS = "TooManyFailedTrials"
    SPACE_EXHAUSTED = "SpaceExhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The verdict that an experiment starts no more trials.

    Attributes:
        reason: Why.
        message: The same for people, with figures and, where there is one, the remedy.
    """

    reason: StopReason
    message: str

    @property
    def is_failure(self) -> bool:
        """Whether the experiment failed, rather than came to its end."""
        return self.reason is StopReason.TOO_MANY_FAILED_TRIALS

    @property
    def ends_running_trials(self) -> bool:
        """Whether trials that still run are of no more use."""
        return self.reason in {StopReason.GOAL_REACHED, StopReason.TOO_MANY_FAILED_TRIALS}


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionRequest:
    """All that a designer may know; the same request gives the same answer in any process.

    Attributes:
        pipeline: The stages and what each reads.
        space: The tuned parameters.
        objective: What to improve.
        trials: Every trial so far by number: finished, failed and still running.
        cached: Which stages are cached for which values.
        budget: What may be spent in all.
        remaining: What is left of it once the running trials have cost what was expected.
        seed: Fixes every random choice.
        warm_up_trials: Trials before the models are trusted; None for the designer's own choice.
    """

    pipeline: Pipeline
    space: Space
    objective: Objective
    trials: tuple[Trial, ...]
    cached: CachedStages
    budget: Budget
    remaining: float
    seed: int = 0
    warm_up_trials: int | None = None

    @property
    def succeeded(self) -> tuple[Trial, ...]:
        """The trials with an objective."""
        return tuple(t for t in self.trials if t.objective is not None)

    @property
    def active(self) -> tuple[Trial, ...]:
        """The trials that are pending or running."""
        return tuple(t for t in self.trials if not t.state.is_terminal)

    @property
    def tried(self) -> frozenset[Configuration]:
        """Configurations that must not be proposed again: all that did not get stopped."""
        return frozenset(t.configuration for t in self.trials if t.state is not TrialState.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A configuration to try next.

    Attributes:
        configuration: A value for every tuned parameter.
        to_run: The stages that it would really run, in order.
        expected_cost: What these are expected to be charged with, in the unit of the budget; None
            where nothing is known yet.
        reason: Why it was chosen, for people.
        is_warm_up: Whether it only serves to learn, before the models are trusted.
    """

    configuration: Configuration
    to_run: tuple[str, ...]
    expected_cost: float | None
    reason: str
    is_warm_up: bool = False
