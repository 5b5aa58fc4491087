"""What the time of stages is worth, and what a trial costs beside its compute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.search.arrays import Array, Mask
from eeipu_kfp.search.stage_times import StageTimes, filled

_EPSILON_SECONDS = 0.1
_EPSILON_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What K stages cost beside and by their compute time, in the unit of the budget.

    The search weighs compute and overhead; the budget may count the compute alone.

    Attributes:
        weights: What a second of each stage costs, `K`.
        running: What the overhead of each stage costs where it runs, `K`.
        cached: What the overhead of a cached stage costs.
        epsilon: What a cached stage is taken to cost besides, so that nothing is free.
        is_charged: Whether the budget counts the overhead.
    """

    weights: Array
    running: Array
    cached: float
    epsilon: float
    is_charged: bool

    @classmethod
    def of(cls, request: SuggestionRequest, times: Mapping[str, StageTimes]) -> Tariff:
        """Take the budget's weights, and the overhead as the trials have shown it so far.

        A stage that never ran is taken to have the overhead that others do. Epsilon is a tenth of a
        second; where whole trials take less than ten seconds it is a hundredth of a typical one
        instead, so that it never decides between them.

        Args:
            request: The trials with their hits.
            times: Executions by stage.
        """
        weights = np.array([request.budget.weight(name) for name in request.pipeline.names])
        overhead = filled([entry.median_overhead_seconds for entry in times.values()])
        medians = [entry.median_seconds or 0.0 for entry in times.values()]
        typical = float(sum(weights * medians))
        epsilon = _EPSILON_SECONDS * float(weights.mean())
        return cls(
            weights=weights,
            running=weights * overhead,
            cached=_usual_hit(request),
            epsilon=min(epsilon, _EPSILON_SHARE * typical) if typical > 0 else epsilon,
            is_charged=request.budget.counts_overhead,
        )

    def overhead(self, runs: Mask) -> Array:
        """Return what trials that run `n x K` stages cost beside their compute, `n`."""
        cost: Array = runs @ self.running + (~runs).sum(axis=-1) * self.cached
        return cost

    def charged(self, runs: Mask) -> Array:
        """Return the part of the overhead that the budget counts, `n`."""
        return self.overhead(runs) * self.is_charged

    def uncharged(self, runs: Mask) -> Array:
        """Return the part of the overhead that the budget does not count, `n`."""
        return self.overhead(runs) * (not self.is_charged)

    def epsilons(self, runs: Mask) -> Array:
        """Return the sum of epsilon over the stages that do not run, `n`."""
        cost: Array = (~runs).sum(axis=-1) * self.epsilon
        return cost


def _usual_hit(request: SuggestionRequest) -> float:
    """Return the overhead of a hit: the mean over a trial's, of these the median; 0 before any.

    Of the stages that a trial takes from the cache, only those that another stage reads cost time,
    so single hits would say too much or nothing.
    """
    found = [
        [
            request.budget.weight(record.stage) * record.overhead_seconds
            for record in trial.stages
            if record.outcome is StageOutcome.CACHED
        ]
        for trial in request.trials
    ]
    means = [float(np.mean(hits)) for hits in found if hits]
    return float(np.median(means)) if means else 0.0
