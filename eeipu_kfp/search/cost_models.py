"""What a configuration will cost, stage by stage.

One process per stage on ln seconds, from the stages that really executed; or simply medians.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.search.arrays import Array, Mask
from eeipu_kfp.search.gaussian_process import GaussianProcess, fit
from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.observations import Observations
from eeipu_kfp.search.stage_times import StageTimes, filled
from eeipu_kfp.search.tariff import Tariff

_LEAST_SECONDS = 1e-6
_LEAST_SHARE = 1e-3
_LEAST_LOG_SPREAD = 1.0
_LARGEST_EXPONENT = 300.0


class CostEstimate(Protocol):
    """Anything that can say what stages cost."""

    def expected_cost(self, x: Array, runs: Mask) -> Array:
        """Return what `n x d` points that run `n x K` stages will be charged with, `n`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMedians:
    """Every stage costs what it usually does, whatever its parameters.

    Attributes:
        costs: What the median of each stage costs, `K`.
        tariff: What the stages cost beside.
    """

    costs: Array
    tariff: Tariff

    @classmethod
    def of(cls, times: Mapping[str, StageTimes], tariff: Tariff) -> StageMedians | None:
        """Take the executions by stage; None where there is none at all.

        A stage that was never executed is taken to last as long as the others do.
        """
        medians = [entry.median_seconds for entry in times.values()]
        if all(median is None for median in medians):
            return None
        return cls(costs=tariff.weights * filled(medians), tariff=tariff)

    def expected_cost(self, x: Array, runs: Mask) -> Array:
        """Return the sum of the medians of the stages that run, with charged overhead, `n`."""
        del x
        return runs @ self.costs + self.tariff.charged(runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCosts:
    """Normal beliefs about ln cost at n points, by stage; 0 where a stage does not run.

    Attributes:
        mean: `n x K`.
        variance: `n x K`.
        mean_gradient: `n x K x d`.
        variance_gradient: `n x K x d`.
    """

    mean: Array
    variance: Array
    mean_gradient: Array
    variance_gradient: Array


class CostModels:
    """One process per stage on ln seconds, K of them; costs are these seconds weighted.

    Attributes:
        processes: By stage, over the columns in `columns`.
        columns: By stage, the columns that its cost may depend on.
        tariff: What a second of each costs, and what they cost beside.
    """

    def __init__(
        self,
        processes: tuple[GaussianProcess, ...],
        columns: tuple[tuple[int, ...], ...],
        tariff: Tariff,
    ) -> None:
        self.processes = processes
        self.tariff = tariff
        with np.errstate(divide="ignore"):
            self._log_weights = np.log(tariff.weights)
        self.columns = tuple(np.array(chosen, dtype=int) for chosen in columns)

    def log_costs(self, x: Array, runs: Mask) -> LogCosts:
        """Return the beliefs at `n x d` points that run `n x K` stages."""
        shape = (*runs.shape, x.shape[1])
        costs = LogCosts(
            mean=np.zeros(runs.shape),
            variance=np.zeros(runs.shape),
            mean_gradient=np.zeros(shape),
            variance_gradient=np.zeros(shape),
        )
        for k, (process, columns) in enumerate(zip(self.processes, self.columns, strict=True)):
            rows = np.flatnonzero(runs[:, k])
            if rows.size:
                found = process.predict(x.take(rows, axis=0).take(columns, axis=1))
                costs.mean[rows, k] = found.mean + self._log_weights[k]
                costs.variance[rows, k] = found.variance
                where = (rows[:, None], k, columns)
                costs.mean_gradient[where] = found.mean_gradient
                costs.variance_gradient[where] = found.variance_gradient
        return costs

    def log_moments(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return mean and variance of ln cost, each `n x K`; 0 where a stage does not run."""
        mean, variance = np.zeros(runs.shape), np.zeros(runs.shape)
        for k, (process, columns) in enumerate(zip(self.processes, self.columns, strict=True)):
            rows = np.flatnonzero(runs[:, k])
            if rows.size:
                points = x.take(rows, axis=0).take(columns, axis=1)
                mean[rows, k], variance[rows, k] = process.moments(points)
                mean[rows, k] += self._log_weights[k]
        return mean, variance

    def expected_cost(self, x: Array, runs: Mask) -> Array:
        """Return the sum of exp(m_k) over the stages that run, with charged overhead, `n`.

        This is what a trial will probably cost. The mean of a lognormal, which the default score
        counts with, says more about how little is known as long as executions are few.
        """
        mean, _ = self.log_moments(x, runs)
        by_stage = np.where(runs, np.exp(np.minimum(mean, _LARGEST_EXPONENT)), 0.0)
        cost: Array = by_stage.sum(axis=1) + self.tariff.charged(runs)
        return cost


def model_costs(
    seen: Observations, cached: CachedStages, *, own_inputs: bool = False
) -> CostModels | None:
    """Return the default models: over all that decides a stage's output, with a linear trend.

    Args:
        seen: The trials so far.
        cached: Knows what decides a stage's output.
        own_inputs: Whether to look only at the parameters that a stage itself reads.
    """
    stages = cached.pipeline.stages
    inputs = [s.reads if own_inputs else cached.determinants(s.name) for s in stages]
    columns = tuple(map(seen.encoding.columns_of, inputs))
    kernels = tuple(
        Kernel(groups=(own := tuple(range(len(chosen))),), linear=own) for chosen in columns
    )
    return _models(seen, kernels, columns, _LEAST_LOG_SPREAD, seen.tariff)


def model_own_costs(
    seen: Observations, pipeline: Pipeline, kernel: Kernel, tariff: Tariff
) -> CostModels | None:
    """Return the published models: over the parameters that a stage itself reads.

    Args:
        seen: The trials so far.
        pipeline: The stages.
        kernel: What is assumed of each; its one group is replaced by the stage's columns.
        tariff: What stages cost by their time, and beside.
    """
    columns = tuple(seen.encoding.columns_of(stage.reads) for stage in pipeline.stages)
    kernels = tuple(replace(kernel, groups=(tuple(range(len(c))),)) for c in columns)
    return _models(seen, kernels, columns, 0.0, tariff)


def _models(
    seen: Observations,
    kernels: tuple[Kernel, ...],
    columns: tuple[tuple[int, ...], ...],
    least_spread: float,
    tariff: Tariff,
) -> CostModels | None:
    """Return a process per stage; None before any stage was executed."""
    if not any(times.rows for times in seen.times.values()):
        return None
    processes = []
    usually = filled([times.median_seconds for times in seen.times.values()])
    rows = zip(seen.times.values(), kernels, columns, usually, strict=True)
    for times, kernel, chosen, usual in rows:
        x = seen.points[np.ix_(times.rows, chosen)]
        least = max(_LEAST_SHARE * usual, _LEAST_SECONDS)
        if times.rows:
            x, y = distinct(x, np.log(np.maximum(times.seconds, least)))
        else:
            x, y = np.full((1, len(chosen)), 0.5), np.log([max(usual, least)])
        processes.append(fit(kernel, x, y, least_spread=least_spread))
    return CostModels(tuple(processes), columns, tariff)


def distinct(x: Array, y: Array) -> tuple[Array, Array]:
    """Return each of `n x c` points once, in order of its first use, with its mean value."""
    found: dict[bytes, list[int]] = {}
    for row, point in enumerate(x):
        found.setdefault(point.tobytes(), []).append(row)
    first = [rows[0] for rows in found.values()]
    means = [y[rows[0]] if len(rows) == 1 else np.mean(y[rows]) for rows in found.values()]
    return x[first], np.array(means)
