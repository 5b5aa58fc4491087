"""What the trials so far have shown, as points and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np

from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import Trial, TrialState
from eeipu_kfp.search.arrays import Array
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.stage_times import stage_times
from eeipu_kfp.search.tariff import Tariff


class Observations:
    """The trials of a request as data, t of them in a space of d columns.

    Attributes:
        encoding: The space as a cube.
        points: All trials, `t x d`.
        scored: Positions of the n trials with an objective.
        scores: Their objectives, larger is better, in a unit that makes the largest about 1, `n`.
        active: Positions of the trials that still run.
        failed: Positions of the trials that failed.
        times: Executions by stage, in the pipeline's order.
        tariff: What stages cost by their time, and beside.
    """

    def __init__(self, request: SuggestionRequest) -> None:
        trials = request.trials
        self.encoding = Encoding(request.space)
        self.points: Array = self.encoding.encode(trial.configuration for trial in trials)
        found = [(i, t.objective) for i, t in enumerate(trials) if t.objective is not None]
        self.scored = [i for i, _ in found]
        self.scores = _rescaled([request.objective.score(y) for _, y in found])
        self.active = [i for i, t in enumerate(trials) if not t.state.is_terminal]
        self.failed = [i for i, t in enumerate(trials) if t.state is TrialState.FAILED]
        self.times = stage_times(request)
        self.tariff = Tariff.of(request, self.times)


def counted(trials: tuple[Trial, ...]) -> Iterator[Trial]:
    """Yield the trials that count towards the warm-up: all but those that were stopped."""
    return (trial for trial in trials if trial.state is not TrialState.STOPPED)


def spent_after(request: SuggestionRequest, count: int) -> float:
    """Return what the first `count` trials that were not stopped are charged with."""
    spent = [0.0, *accumulate(map(request.budget.spent_on, counted(request.trials)))]
    return spent[min(count, len(spent) - 1)]


def budget_left(request: SuggestionRequest, warm_up: int) -> float:
    """Return what is left of the budget after the warm-up, from 1 right after it down to 0."""
    after = request.budget.amount - spent_after(request, warm_up)
    return min(max(request.remaining / after, 0.0), 1.0) if after > 0 else 0.0


def _rescaled(values: Sequence[float]) -> Array:
    """Divide values by a power of two: exact, and no square can overflow."""
    if not values:
        return np.zeros(0)
    _, exponent = np.frexp(np.max(np.abs(values)))
    scaled: Array = np.ldexp(values, -exponent)
    return scaled
