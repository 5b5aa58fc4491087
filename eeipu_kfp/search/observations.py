"""What the trials so far have shown, as points and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import StageOutcome, Trial, TrialState
from eeipu_kfp.search.arrays import Array
from eeipu_kfp.search.encoding import Encoding

_EPSILON_SECONDS = 0.1
_EPSILON_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """Executions of one stage, the oldest first.

    Attributes:
        rows: Positions of the trials that executed it, `n`.
        seconds: Compute time of each, `n`.
    """

    rows: tuple[int, ...]
    seconds: Array

    @property
    def median_seconds(self) -> float | None:
        """The middle execution; None before the first."""
        return float(np.median(self.seconds)) if self.rows else None


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


def stage_times(request: SuggestionRequest) -> dict[str, StageTimes]:
    """Return the executions of every stage; hits, failures and skipped stages are none."""
    found: dict[str, list[tuple[int, float]]] = {name: [] for name in request.pipeline.names}
    for row, trial in enumerate(request.trials):
        for record in trial.stages:
            if record.outcome is StageOutcome.EXECUTED and record.stage in found:
                found[record.stage].append((row, record.seconds))
    return {
        name: StageTimes(
            rows=tuple(row for row, _ in pairs),
            seconds=np.array([seconds for _, seconds in pairs], dtype=float),
        )
        for name, pairs in found.items()
    }


def epsilon_seconds(request: SuggestionRequest, times: Mapping[str, StageTimes]) -> float:
    """Return what a cached stage costs: the median hit, or a tenth of a second before any.

    Where whole trials take less than ten seconds it is a hundredth of a typical one instead, so
    that it never decides between them.

    Args:
        request: The trials with their hits.
        times: Executions by stage.
    """
    hits = [
        record.overhead_seconds
        for trial in request.trials
        for record in trial.stages
        if record.outcome is StageOutcome.CACHED
    ]
    medians = [entry.median_seconds for entry in times.values()]
    typical = sum(median for median in medians if median is not None)
    floor = min(_EPSILON_SECONDS, _EPSILON_SHARE * typical) if typical > 0 else _EPSILON_SECONDS
    return max(float(np.median(hits)), floor) if hits else floor


def counted(trials: tuple[Trial, ...]) -> Iterator[Trial]:
    """Yield the trials that count towards the warm-up: all but those that were stopped."""
    return (trial for trial in trials if trial.state is not TrialState.STOPPED)


def spent_after(trials: tuple[Trial, ...], count: int) -> float:
    """Return the compute seconds of the first `count` trials that were not stopped."""
    spent = [0.0, *accumulate(trial.spent_seconds for trial in counted(trials))]
    return spent[min(count, len(spent) - 1)]


def _rescaled(values: Sequence[float]) -> Array:
    """Divide values by a power of two: exact, and no square can overflow."""
    if not values:
        return np.zeros(0)
    _, exponent = np.frexp(np.max(np.abs(values)))
    scaled: Array = np.ldexp(values, -exponent)
    return scaled
