"""What a configuration will cost, stage by stage.

One process per stage on ln seconds, from the stages that really executed; or simply medians.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.search.arrays import Array, Mask
from eeipu_kfp.search.gaussian_process import GaussianProcess, fit
from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.observations import Observations, StageTimes

_LEAST_SECONDS = 1e-6
_LEAST_SHARE = 1e-3
_LEAST_LOG_SPREAD = 1.0
_LARGEST_EXPONENT = 300.0


class CostEstimate(Protocol):
    """Anything that can say what stages cost."""

    def expected_seconds(self, x: Array, runs: Mask) -> Array:
        """Return the expected compute time of `n x d` points that run `n x K` stages, `n`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMedians:
    """Every stage costs what it usually does, whatever its parameters.

    Attributes:
        seconds: The median of each stage, `K`.
    """

    seconds: Array

    @classmethod
    def of(cls, times: dict[str, StageTimes]) -> StageMedians | None:
        """Take the executions by stage; None where there is none at all.

        A stage that was never executed is taken to cost what the others do.
        """
        medians = [entry.median_seconds for entry in times.values()]
        known = [median for median in medians if median is not None]
        if not known:
            return None
        usual = float(np.median(known))
        return cls(seconds=np.array([usual if m is None else m for m in medians]))

    def expected_seconds(self, x: Array, runs: Mask) -> Array:
        """Return the sum of the medians of the stages that run, `n`."""
        del x
        return runs @ self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCosts:
    """Normal beliefs about ln seconds at n points, by stage; 0 where a stage does not run.

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
    """One process per stage on ln seconds, K of them.

    Attributes:
        processes: By stage, over the columns in `columns`.
        columns: By stage, the columns that its cost may depend on.
    """

    def __init__(
        self, processes: tuple[GaussianProcess, ...], columns: tuple[tuple[int, ...], ...]
    ) -> None:
        self.processes = processes
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
                found = process.predict(x[np.ix_(rows, columns)])
                costs.mean[rows, k], costs.variance[rows, k] = found.mean, found.variance
                where = np.ix_(rows, np.array([k]), columns)
                costs.mean_gradient[where] = found.mean_gradient[:, None]
                costs.variance_gradient[where] = found.variance_gradient[:, None]
        return costs

    def log_moments(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return mean and variance of ln seconds, each `n x K`; 0 where a stage does not run."""
        mean, variance = np.zeros(runs.shape), np.zeros(runs.shape)
        for k, (process, columns) in enumerate(zip(self.processes, self.columns, strict=True)):
            rows = np.flatnonzero(runs[:, k])
            if rows.size:
                points = x[np.ix_(rows, columns)]
                mean[rows, k], variance[rows, k] = process.moments(points)
        return mean, variance

    def expected_seconds(self, x: Array, runs: Mask) -> Array:
        """Return the sum of exp(m_k) over the stages that run, `n`.

        This is what a trial will probably cost. The mean of a lognormal, which the default score
        counts with, says more about how little is known as long as executions are few.
        """
        mean, _ = self.log_moments(x, runs)
        seconds: Array = np.where(runs, np.exp(np.minimum(mean, _LARGEST_EXPONENT)), 0.0).sum(
            axis=1
        )
        return seconds


def model_costs(seen: Observations, cached: CachedStages) -> CostModels | None:
    """Return the default models: over all that decides a stage's output, with a linear trend.

    Args:
        seen: The trials so far.
        cached: Knows what decides a stage's output.
    """
    encoding = seen.encoding
    columns = tuple(encoding.columns_of(cached.determinants(s)) for s in cached.pipeline.names)
    kernels = tuple(
        Kernel(groups=(own := tuple(range(len(chosen))),), linear=own) for chosen in columns
    )
    return _models(seen, kernels, columns, _LEAST_LOG_SPREAD)


def model_own_costs(seen: Observations, pipeline: Pipeline, kernel: Kernel) -> CostModels | None:
    """Return the published models: over the parameters that a stage itself reads.

    Args:
        seen: The trials so far.
        pipeline: The stages.
        kernel: What is assumed of each; its one group is replaced by the stage's columns.
    """
    columns = tuple(seen.encoding.columns_of(stage.reads) for stage in pipeline.stages)
    kernels = tuple(replace(kernel, groups=(tuple(range(len(c))),)) for c in columns)
    return _models(seen, kernels, columns, 0.0)


def _models(
    seen: Observations,
    kernels: tuple[Kernel, ...],
    columns: tuple[tuple[int, ...], ...],
    least_spread: float,
) -> CostModels | None:
    """Return a process per stage; None before any stage was executed."""
    medians = StageMedians.of(seen.times)
    if medians is None:
        return None
    processes = []
    rows = zip(seen.times.values(), kernels, columns, medians.seconds, strict=True)
    for times, kernel, chosen, usual in rows:
        x = seen.points[np.ix_(times.rows, chosen)]
        least = max(_LEAST_SHARE * usual, _LEAST_SECONDS)
        if times.rows:
            x, y = _distinct(x, np.log(np.maximum(times.seconds, least)))
        else:
            x, y = np.full((1, len(chosen)), 0.5), np.log([max(usual, least)])
        processes.append(fit(kernel, x, y, least_spread=least_spread))
    return CostModels(tuple(processes), columns)


def _distinct(x: Array, y: Array) -> tuple[Array, Array]:
    """Return each of `n x c` points once, in order of its first use, with its mean value."""
    found: dict[bytes, list[int]] = {}
    for row, point in enumerate(x):
        found.setdefault(point.tobytes(), []).append(row)
    first = [rows[0] for rows in found.values()]
    return x[first], np.array([np.mean(y[rows]) for rows in found.values()])
