"""Gaussian processes: what data says about a function, with gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from eeipu_kfp.search.arrays import Array, Indices
from eeipu_kfp.search.kernels import CENTRE, Kernel, matern
from eeipu_kfp.search.marginal_likelihood import most_likely

_EVERY_TRIAL_UNTIL = 30
_GROWTH = 1.1
_FITTED_POINTS = 256
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
        size = float(np.max(np.abs(y))) or 1.0
        spread = float(np.std(y / size)) * size
        equal = spread <= _LEAST_RELATIVE_SPREAD * size
        return cls(float(np.mean(y / size)) * size, max(1.0 if equal else spread, least))

    def apply(self, y: Array) -> Array:
        """Return standard values."""
        return y / self.factor - self.offset / self.factor


class GaussianProcess:
    """A process with a constant mean, given hyperparameters and data.

    Predictions are in the units of the values.
    """

    def __init__(self, kernel: Kernel, logarithms: Array, x: Array, y: Array, scale: Scale) -> None:
        """Take `n x d` points with n values."""
        self.kernel = kernel
        self.logarithms = logarithms
        self.scale = scale
        self._lengthscales, self._scales, noise = kernel.split(logarithms)
        groups = zip(kernel.groups, self._lengthscales, strict=True)
        self._inputs = [x[:, list(group)] / lengths for group, lengths in groups]
        self._linear = x[:, list(kernel.linear)] - CENTRE
        covariance = self._covariance(x)[0]
        self.noise, self._inverse = _inverted(covariance, noise)
        standard = scale.apply(y)
        row_sums = self._inverse.sum(axis=1)
        self.mean = float(row_sums @ standard / row_sums.sum())
        self._alpha = self._inverse @ (standard - self.mean)

    def predict(self, x: Array) -> Prediction:
        """Return mean, variance and their gradients at `m x d` points."""
        covariance, slopes, inputs = self._covariance(x)
        solved = covariance @ self._inverse
        variance = self._prior_variance(x) - np.einsum("ij,ij->i", covariance, solved)
        mean_slope, variance_slope = np.zeros_like(x), np.zeros_like(x)
        parts = zip(
            self.kernel.groups, self._lengthscales, self._inputs, slopes, inputs, strict=True
        )
        for group, lengths, known, slope, point in parts:
            columns = list(group)
            mean_slope[:, columns] -= _pull(self._alpha * slope, point, known) / lengths
            variance_slope[:, columns] += 2.0 * _pull(solved * slope, point, known) / lengths
        linear = list(self.kernel.linear)
        mean_slope[:, linear] += self._alpha @ self._linear
        variance_slope[:, linear] += 2.0 * (x[:, linear] - CENTRE - solved @ self._linear)
        factor = self.scale.factor
        return Prediction(
            mean=self.scale.offset + factor * (self.mean + covariance @ self._alpha),
            variance=factor**2 * np.maximum(variance, _LEAST_VARIANCE),
            mean_gradient=factor * mean_slope,
            variance_gradient=factor**2 * variance_slope,
        )

    def moments(self, x: Array) -> tuple[Array, Array]:
        """Return mean and variance at `m x d` points, each `m`."""
        covariance = self._covariance(x)[0]
        explained = np.einsum("ij,ij->i", covariance @ self._inverse, covariance)
        variance = np.maximum(self._prior_variance(x) - explained, _LEAST_VARIANCE)
        mean = self.mean + covariance @ self._alpha
        return self.scale.offset + self.scale.factor * mean, self.scale.factor**2 * variance

    def _prior_variance(self, x: Array) -> Array:
        centred = x[:, list(self.kernel.linear)] - CENTRE
        variance: Array = np.sum(self._scales) + np.einsum("ij,ij->i", centred, centred)
        return variance

    def _covariance(self, x: Array) -> tuple[Array, list[Array], list[Array]]:
        """Return `m x n` covariances, and by group the scaled slopes and the scaled points."""
        covariance = (x[:, list(self.kernel.linear)] - CENTRE) @ self._linear.T
        slopes, inputs = [], []
        for group, lengths, scale, known in zip(
            self.kernel.groups, self._lengthscales, self._scales, self._inputs, strict=True
        ):
            point = x[:, list(group)] / lengths
            correlation, slope = matern(_squared_distances(point, known))
            covariance += scale * correlation
            slopes.append(scale * slope)
            inputs.append(point)
        return covariance, slopes, inputs


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
    reached = due = _EVERY_TRIAL_UNTIL
    while due <= count:
        reached, due = due, math.ceil(due * _GROWTH)
    return min(reached, count) if count >= _EVERY_TRIAL_UNTIL else count


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
        noisy = covariance + noise * np.eye(len(covariance))
        factor, failed = lapack.dpotrf(noisy, lower=1)
        if not failed:
            lower = np.tril(lapack.dpotri(factor, lower=1)[0])
            return noise, lower + np.tril(lower, -1).T
        noise *= 10.0


def _squared_distances(a: Array, b: Array) -> Array:
    squares = np.einsum("ij,ij->i", a, a)[:, None] + np.einsum("ij,ij->i", b, b)
    distances: Array = np.maximum(squares - 2.0 * a @ b.T, 0.0)
    return distances


def _pull(weights: Array, points: Array, known: Array) -> Array:
    """Return sum_j w_ij (x_i - z_j) for `m x n` weights, `m x c` points and `n x c` data."""
    pull: Array = points * weights.sum(axis=1)[:, None] - weights @ known
    return pull
