"""What a whole trial costs, as the rivals of the default see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import StageOutcome, Trial
from eeipu_kfp.search.acquisition import log_sum
from eeipu_kfp.search.arrays import Array, Mask
from eeipu_kfp.search.cost_models import CostModels, StageMedians, distinct, model_costs
from eeipu_kfp.search.gaussian_process import GaussianProcess, fit
from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.observations import Observations

TYPICAL = 0.0
"""Take exp(E[ln c]) for a cost: what it typically is."""

MEAN = 0.5
"""Take E[c] = exp(E[ln c] + Var[ln c] / 2) for a cost: larger the less is known."""

_LEAST_SHARE = 1e-3
_LEAST_COST = 1e-6
_LARGEST_EXPONENT = 300.0
_KNOWN = frozenset({StageOutcome.EXECUTED, StageOutcome.CACHED})


class TrialCost(Protocol):
    """The cost that a score divides by, and an estimate of what will be charged."""

    def log_cost(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return ln cost, `n`, and its gradient, `n x d`, at points that run `n x K` stages."""
        ...

    def log_values(self, x: Array, runs: Mask) -> Array:
        """Return ln cost alone, `n`."""
        ...

    def expected_cost(self, x: Array, runs: Mask) -> Array:
        """Return what the points will be charged with, `n`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCost:
    """One process on the ln cost of whole trials, which knows neither stages nor cache.

    Attributes:
        process: ln cost of a trial with all its stages, compute and overhead.
        risk: `TYPICAL` or `MEAN`.
        medians: What share of it some of the stages usually are, for the estimate alone.
    """

    process: GaussianProcess
    risk: float
    medians: StageMedians

    def log_cost(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return ln cost, `n`, and its gradient, `n x d`; the stages make no difference."""
        del runs
        found = self.process.predict(x)
        gradient = found.mean_gradient + self.risk * found.variance_gradient
        return found.mean + self.risk * found.variance, gradient

    def log_values(self, x: Array, runs: Mask) -> Array:
        """Return ln cost alone, `n`."""
        del runs
        mean, variance = self.process.moments(x)
        return mean + self.risk * variance

    def expected_cost(self, x: Array, runs: Mask) -> Array:
        """Return the typical cost, less the usual share of the stages that do not run, `n`."""
        mean, _ = self.process.moments(x)
        whole = np.exp(np.minimum(mean, _LARGEST_EXPONENT))
        tariff, everything = self.medians.tariff, np.ones_like(runs)
        usually = self.medians.expected_cost(x, everything) + tariff.uncharged(everything)
        share = self.medians.expected_cost(x, runs) / np.maximum(usually, _LEAST_COST)
        cost: Array = whole * share
        return cost


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSum:
    """The sum over the stages that run, from one model of each.

    Attributes:
        models: What stages cost.
        risk: `TYPICAL` or `MEAN`.
        sees_cache: Whether it spares the stages that do not run, rather than add up all.
    """

    models: CostModels
    risk: float
    sees_cache: bool

    def log_cost(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return ln cost, `n`, and its gradient, `n x d`."""
        counted = self._counted(runs)
        costs = self.models.log_costs(x, counted)
        value, share = self._sum(costs.mean, costs.variance, counted)
        by_stage = costs.mean_gradient + self.risk * costs.variance_gradient
        return value, np.einsum("nk,nkd->nd", share, by_stage)

    def log_values(self, x: Array, runs: Mask) -> Array:
        """Return ln cost alone, `n`."""
        counted = self._counted(runs)
        return self._sum(*self.models.log_moments(x, counted), counted)[0]

    def expected_cost(self, x: Array, runs: Mask) -> Array:
        """Return what the points will be charged with, `n`."""
        return self.models.expected_cost(x, runs)

    def _counted(self, runs: Mask) -> Mask:
        return runs if self.sees_cache else np.ones_like(runs)

    def _sum(self, mean: Array, variance: Array, runs: Mask) -> tuple[Array, Array]:
        tariff = self.models.tariff
        beside = tariff.overhead(runs) + tariff.epsilons(runs)
        return log_sum(mean + self.risk * variance, runs, beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualCost:
    """Every stage that runs costs what it usually does.

    Attributes:
        medians: What stages usually cost.
    """

    medians: StageMedians

    def log_cost(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return ln cost, `n`, and its gradient, which is 0, `n x d`."""
        return self.log_values(x, runs), np.zeros_like(x)

    def log_values(self, x: Array, runs: Mask) -> Array:
        """Return ln cost alone, `n`."""
        del x
        tariff = self.medians.tariff
        cost = runs @ self.medians.costs + tariff.overhead(runs) + tariff.epsilons(runs)
        return np.log(np.maximum(cost, _LEAST_COST))

    def expected_cost(self, x: Array, runs: Mask) -> Array:
        """Return what the points will be charged with, `n`."""
        return self.medians.expected_cost(x, runs)


def model_whole_cost(
    request: SuggestionRequest, seen: Observations, risk: float
) -> WholeCost | None:
    """Return the model of whole trials; None before any is known.

    A trial counts with all its stages: a cached one with the compute that the cache says it
    avoided. Trials of which a stage's time is not known are left out.
    """
    medians = StageMedians.of(seen.times, seen.tariff)
    found = [(i, c) for i, t in enumerate(request.trials) for c in _whole_cost(request, t)]
    if medians is None or not found:
        return None
    rows, costs = [i for i, _ in found], np.array([cost for _, cost in found])
    overhead = float(seen.tariff.running.sum())
    least = max(_LEAST_SHARE * float(np.median(costs)), _LEAST_COST)
    x, y = distinct(seen.points[rows], np.log(np.maximum(costs + overhead, least)))
    kernel = Kernel(groups=(tuple(range(seen.encoding.dimension)),))
    return WholeCost(process=fit(kernel, x, y), risk=risk, medians=medians)


def model_stage_sum(request: SuggestionRequest, seen: Observations, risk: float) -> StageSum | None:
    """Return the default's models of the stages, added up; None before any stage was executed."""
    models = model_costs(seen, request.cached)
    return None if models is None else StageSum(models=models, risk=risk, sees_cache=True)


def model_all_stages(
    request: SuggestionRequest, seen: Observations, risk: float
) -> StageSum | None:
    """Return the same, blind to what the cache spares."""
    found = model_stage_sum(request, seen, risk)
    return None if found is None else replace(found, sees_cache=False)


def usual_cost(request: SuggestionRequest, seen: Observations, risk: float) -> UsualCost | None:
    """Return the medians of the stages; None before any stage was executed."""
    del request, risk
    medians = StageMedians.of(seen.times, seen.tariff)
    return None if medians is None else UsualCost(medians=medians)


def _whole_cost(request: SuggestionRequest, trial: Trial) -> Iterator[float]:
    """Yield the compute of all stages of a trial in the budget's unit, if all of it is known."""
    records = [record for record in trial.stages if record.outcome in _KNOWN]
    everywhere = {record.stage for record in records} == set(request.pipeline.names)
    cached = [record for record in records if record.outcome is StageOutcome.CACHED]
    if everywhere and all(record.saved_seconds > 0 for record in cached):
        yield sum(request.budget.weight(r.stage) * (r.seconds + r.saved_seconds) for r in records)
