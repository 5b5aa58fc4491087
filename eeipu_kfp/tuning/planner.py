"""What to do next: pure decisions from an experiment and its history."""

from __future__ import annotations

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import Stop, StopReason, Suggestion
from eeipu_kfp.core.trial import TrialState


def verdict(experiment: Experiment, history: History) -> Stop | None:
    """Return why no further trial may start; None while one may.

    Running trials count with what they are expected to cost, so the budget cannot be promised
    twice.
    """
    return (
        _goal_reached(experiment, history)
        or _too_many_failed(experiment, history)
        or _enough_trials(experiment, history)
        or _budget_exhausted(experiment, history)
    )


def remaining_seconds(experiment: Experiment, history: History) -> float:
    """Return the budget left once the running trials have cost what is expected of them."""
    reserved = sum(
        max(0.0, (trial.expected_seconds or 0.0) - trial.spent_seconds) for trial in history.active
    )
    return experiment.budget_seconds - history.spent_seconds - reserved


def free_slots(experiment: Experiment, history: History) -> int:
    """Return how many more trials may run beside those that are active."""
    return max(0, experiment.parallel_trials - len(history.active))


def refusal(suggestion: Suggestion, remaining: float) -> Stop | None:
    """Return a stop where a suggestion is expected to cost more seconds than are left."""
    expected = suggestion.expected_seconds
    if expected is None or expected <= remaining:
        return None
    message = f"the next trial is expected to take {expected:.1f} s, but {remaining:.1f} s are left"
    return Stop(reason=StopReason.BUDGET_EXHAUSTED, message=message)


def _goal_reached(experiment: Experiment, history: History) -> Stop | None:
    best = history.best
    if best is None or best.objective is None or not experiment.objective.reached(best.objective):
        return None
    message = (
        f"trial {best.number} reached {best.objective:.6g}, the goal is {experiment.objective.goal}"
    )
    return Stop(reason=StopReason.GOAL_REACHED, message=message)


def _too_many_failed(experiment: Experiment, history: History) -> Stop | None:
    failed = history.failed
    if len(failed) < experiment.max_failed_trials:
        return None
    last = failed[-1].failure
    why = f"; the last one: {last.sentence}" if last else ""
    message = f"{len(failed)} trials failed{why}"
    return Stop(reason=StopReason.TOO_MANY_FAILED_TRIALS, message=message)


def _enough_trials(experiment: Experiment, history: History) -> Stop | None:
    counted = [trial for trial in history.trials if trial.state is not TrialState.STOPPED]
    if experiment.max_trials is None or len(counted) < experiment.max_trials:
        return None
    message = f"all {experiment.max_trials} trials have been started"
    return Stop(reason=StopReason.MAX_TRIALS_REACHED, message=message)


def _budget_exhausted(experiment: Experiment, history: History) -> Stop | None:
    if remaining_seconds(experiment, history) > 0:
        return None
    spent, budget = history.spent_seconds, experiment.budget_seconds
    message = f"{spent:.1f} s of the {budget:g} s budget are spent"
    if len(history.trials) == 1 and spent >= budget:
        message = (
            f"the budget of {budget:g} s is smaller than one trial, which took {spent:.1f} s: "
            f"set budget.seconds to at least {20 * spent:.0f} for a search worth the name"
        )
    return Stop(reason=StopReason.BUDGET_EXHAUSTED, message=message)
