"""Gaussian processes: what data says about a function, with gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from eeipu_kfp.search.arrays import Array, Indices
from eeipu_kfp.search.kernels import CENTRE, Kernel, matern, matern_correlation
from eeipu_kfp.search.marginal_likelihood import most_likely

_EVERY_TRIAL_UNTIL = 30
_GROWTH = 1.1
_FITTED_POINTS = 256
_BLOCK = 16384
_LEAST_ROWS = 16
_LEAST_VARIANCE = 1e-10
_LEAST_RELATIVE_SPREAD = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A process at n points.

    Attributes:
        mean: `n`.
        variance: Of the function, without noise, `n`.
        mean_gradient: `n x d`.
        variance_gradient: `n x d`.
    """

    mean: Array
    variance: Array
    mean_gradient: Array
    variance_gradient: Array


@dataclass(frozen=True, slots=True)
class Scale:
    """A shift and a positive factor that make values standard."""

    offset: float
    factor: float

    @classmethod
    def of(cls, y: Array, least: float = 0.0) -> Scale:
        """Take mean and standard deviation of n values, the latter at least `least`.

        Values that do not differ are only shifted.
        """
        spread = float(np.std(y))
        equal = spread <= _LEAST_RELATIVE_SPREAD * float(np.max(np.abs(y)))
        return cls(float(np.mean(y)), max(1.0 if equal else spread, least))

    def apply(self, y: Array) -> Array:
        """Return standard values."""
        return (y - self.offset) / self.factor


class _Part:
    """One Matern part of the covariance with n known points, c columns of them."""

    def __init__(self, columns: slice | list[int], lengths: Array, scale: float, x: Array) -> None:
        self.columns = columns
        self.lengths = lengths
        self._scale = scale
        known = x[:, columns] / lengths
        self._known = known
        self._squares = (known * known).sum(axis=1)
        self._with_ones = np.concatenate([known, np.ones((len(known), 1))], axis=1)

    def covariance(self, x: Array) -> Array:
        """Return `m x n` covariances."""
        covariance = matern_correlation(self._distances(x[:, self.columns] / self.lengths))
        if self._scale != 1.0:
            covariance *= self._scale
        return covariance

    def covariance_and_slope(self, x: Array) -> tuple[Array, Array, Array]:
        """Return `m x n` covariances and slopes, and the scaled points, `m x c`."""
        points = x[:, self.columns] / self.lengths
        covariance, slope = matern(self._distances(points))
        if self._scale != 1.0:
            covariance *= self._scale
            slope *= self._scale
        return covariance, slope, points

    def _distances(self, points: Array) -> Array:
        """Return `m x n` squared distances of scaled points, `m x c`."""
        squares: Array = (points * points).sum(axis=1)[:, None] + self._squares
        squares -= 2.0 * points @ self._known.T
        return np.maximum(squares, 0.0, out=squares)

    def pull(self, weights: Array, points: Array) -> Array:
        """Return sum_j w_ij (x_i - z_j) / l for `m x n` weights and scaled points, `m x c`."""
        sums = weights @ self._with_ones
        pull: Array = (points * sums[:, -1:] - sums[:, :-1]) / self.lengths
        return pull


class GaussianProcess:
    """A process with a constant mean, given hyperparameters and data.

    Predictions are in the units of the values.

    Attributes:
        kernel: What is assumed.
        logarithms: Its hyperparameters, `h`.
        scale: What makes the values standard.
        mean: The constant mean of the standard values, by generalised least squares.
        noise: Variance of the noise on the standard values.
    """

    def __init__(self, kernel: Kernel, logarithms: Array, x: Array, y: Array, scale: Scale) -> None:
        """Take `n x d` points with n values."""
        self.kernel = kernel
        self.logarithms = logarithms
        self.scale = scale
        lengthscales, scales, noise = kernel.split(logarithms)
        self._parts = [
            _Part(_columns(group, x.shape[1]), lengths, float(part_scale), x)
            for group, lengths, part_scale in zip(kernel.groups, lengthscales, scales, strict=True)
        ]
        self._variance = float(np.sum(scales))
        self._linear = _columns(kernel.linear, x.shape[1])
        self._centred = x[:, self._linear] - CENTRE
        covariance = sum(part.covariance(x) for part in self._parts)
        self.noise, self._inverse = _inverted(covariance + self._centred @ self._centred.T, noise)
        standard = scale.apply(y)
        row_sums = self._inverse.sum(axis=1)
        self.mean = float(row_sums @ standard / row_sums.sum())
        self._alpha = self._inverse @ (standard - self.mean)

    def predict(self, x: Array) -> Prediction:
        """Return mean, variance and their gradients at `m x d` points."""
        parts = [part.covariance_and_slope(x) for part in self._parts]
        centred = x[:, self._linear] - CENTRE
        covariance = sum((k for k, _, _ in parts), centred @ self._centred.T)
        solved = covariance @ self._inverse
        mean_slope, variance_slope = np.zeros_like(x), np.zeros_like(x)
        for part, (_, slope, points) in zip(self._parts, parts, strict=True):
            mean_slope[:, part.columns] -= part.pull(self._alpha * slope, points)
            variance_slope[:, part.columns] += 2.0 * part.pull(solved * slope, points)
        if self.kernel.linear:
            mean_slope[:, self._linear] += self._alpha @ self._centred
            variance_slope[:, self._linear] += 2.0 * (centred - solved @ self._centred)
        mean, variance = self._moments(covariance, solved, centred)
        return Prediction(
            mean=mean,
            variance=variance,
            mean_gradient=self.scale.factor * mean_slope,
            variance_gradient=self.scale.factor**2 * variance_slope,
        )

    def moments(self, x: Array) -> tuple[Array, Array]:
        """Return mean and variance at `m x d` points, each `m`."""
        # Blocks that fit a core's own memory take half the time of everything at once.
        rows = max(_LEAST_ROWS, _BLOCK // len(self._alpha))
        blocks = [self._block(x[start : start + rows]) for start in range(0, max(len(x), 1), rows)]
        mean, variance = zip(*blocks, strict=True)
        return np.concatenate(mean), np.concatenate(variance)

    def _block(self, x: Array) -> tuple[Array, Array]:
        centred = x[:, self._linear] - CENTRE
        parts = (part.covariance(x) for part in self._parts)
        covariance = sum(parts, centred @ self._centred.T)
        return self._moments(covariance, covariance @ self._inverse, centred)

    def _moments(self, covariance: Array, solved: Array, centred: Array) -> tuple[Array, Array]:
        before = self._variance + (centred * centred).sum(axis=1)
        variance = np.maximum(before - (covariance * solved).sum(axis=1), _LEAST_VARIANCE)
        mean = self.mean + covariance @ self._alpha
        return self.scale.offset + self.scale.factor * mean, self.scale.factor**2 * variance


def fit(
    kernel: Kernel,
    x: Array,
    y: Array,
    *,
    warp: Callable[[Array], Array] = np.asarray,
    least_spread: float = 0.0,
) -> GaussianProcess:
    """Return the process that data makes most likely.

    Hyperparameters follow the data at every trial while there are few, then each time the data
    has grown by a tenth; the process itself always rests on all of it.

    Args:
        kernel: What is assumed.
        x: Points, `n x d`, the oldest first; n is at least 1.
        y: Values, `n`.
        warp: Changes the values, `n` to `n`, before they are standardised.
        least_spread: Least standard deviation that values are divided by.
    """
    rows = _fitted_rows(y[: _checkpoint(len(y))])
    known = warp(y[rows])
    logarithms = most_likely(kernel, x[rows], Scale.of(known, least_spread).apply(known))
    values = warp(y)
    return GaussianProcess(kernel, logarithms, x, values, Scale.of(values, least_spread))


def _checkpoint(count: int) -> int:
    """Return the last size up to `count` at which hyperparameters are due."""
    reached, due = min(count, _EVERY_TRIAL_UNTIL), _EVERY_TRIAL_UNTIL
    while due <= count:
        reached, due = due, math.ceil(due * _GROWTH)
    return reached


def _fitted_rows(y: Array) -> Indices:
    """Return the rows that hyperparameters are fitted on: the best third, and evenly the rest."""
    if len(y) <= _FITTED_POINTS:
        return np.arange(len(y))
    order = np.argsort(-y, kind="stable")
    best, rest = order[: _FITTED_POINTS // 3], np.sort(order[_FITTED_POINTS // 3 :])
    chosen = np.linspace(0, len(rest) - 1, _FITTED_POINTS - len(best)).astype(int)
    return np.sort(np.concatenate([best, rest[chosen]]))


def _inverted(covariance: Array, noise: float) -> tuple[float, Array]:
    """Return the noise that made a covariance invertible, tenfold at each try, and the inverse."""
    while True:
        noisy = covariance.copy()
        noisy.ravel()[:: len(noisy) + 1] += noise
        factor, failed = lapack.dpotrf(noisy, lower=1)
        if not failed:
            lower = np.tril(lapack.dpotri(factor, lower=1)[0])
            inverse = lower + lower.T
            np.fill_diagonal(inverse, np.diagonal(lower))
            return noise, inverse
        noise = max(10.0 * noise, _LEAST_VARIANCE)


def _columns(group: tuple[int, ...], dimension: int) -> slice | list[int]:
    """Return a group as an index; as a slice where it is everything, which spares a copy."""
    return slice(None) if group == tuple(range(dimension)) else list(group)
