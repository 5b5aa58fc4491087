"""What to do next: pure decisions from an experiment and its history."""

from __future__ import annotations

from eeipu_kfp.core.budget import Budget
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


def remaining(budget: Budget, history: History) -> float:
    """Return the budget left once the running trials have cost what is expected of them."""
    reserved = sum(
        max(0.0, (trial.expected_cost or 0.0) - budget.spent_on(trial)) for trial in history.active
    )
    return budget.amount - budget.spent(history.trials) - reserved


def free_slots(experiment: Experiment, history: History) -> int:
    """Return how many more trials may run beside those that are active."""
    return max(0, experiment.parallel_trials - len(history.active))


def refusal(suggestion: Suggestion, budget: Budget, left: float) -> Stop | None:
    """Return a stop where a suggestion is expected to cost more than is left of a budget."""
    expected = suggestion.expected_cost
    if expected is None or expected <= left:
        return None
    message = (
        f"the next trial is expected to take {budget.shown(expected)}, "
        f"but {budget.shown(left)} are left"
    )
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
    budget = experiment.budget
    if remaining(budget, history) > 0:
        return None
    spent, unit = budget.spent(history.trials), budget.unit
    message = f"{budget.shown(spent)} of the {budget.amount:g} {unit} budget are spent"
    if len(history.trials) == 1 and spent >= budget.amount:
        message = (
            f"the budget of {budget.amount:g} {unit} is smaller than one trial, which took "
            f"{budget.shown(spent)}: set {budget.document_field} to at least "
            f"{_rounded(budget, 20 * spent)} for a search worth the name"
        )
    return Stop(reason=StopReason.BUDGET_EXHAUSTED, message=message)


def _rounded(budget: Budget, cost: float) -> str:
    return f"{cost:.3g}" if budget.prices else f"{cost:.0f}"
