"""Hyperparameters of a Gaussian process: the maximum of likelihood times priors.

With K = k(X, X) + noise I, constant mean b = (1' K^-1 y) / (1' K^-1 1) and a = K^-1 (y - b):

    ln p(y) = -(y - b)' a / 2 - ln |K| / 2 - n ln(2 pi) / 2
    d ln p / d h = tr((a a' - K^-1) dK / d h) / 2
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import minimize

from eeipu_kfp.search.arrays import Array
from eeipu_kfp.search.kernels import CENTRE, Kernel, matern

_ITERATIONS = 60
_REMEMBERED = 64
_HOPELESS = 1e25
_LOG_TWO_PI = float(np.log(2.0 * np.pi))


class MarginalLikelihood:
    """The ln posterior density of hyperparameters, given data.

    Pairs of points are kept once, as `n (n - 1) / 2` differences.
    """

    def __init__(self, kernel: Kernel, x: Array, y: Array) -> None:
        """Take `n x d` points and their n values."""
        self._kernel = kernel
        self._priors = kernel.priors()
        self._y = y
        self._first, self._second = np.tril_indices(len(y), -1)
        self._flat = self._first + self._second * len(y)
        self._differences = [
            (x[self._first][:, list(group)] - x[self._second][:, list(group)]).T ** 2
            for group in kernel.groups
        ]
        centred = x[:, list(kernel.linear)] - CENTRE
        self._linear = (centred[self._first] * centred[self._second]).sum(axis=1)
        self._linear_diagonal = (centred**2).sum(axis=1)

    def __call__(self, logarithms: Array) -> tuple[float, Array]:
        """Return the ln density up to a constant, and its gradient, `h`."""
        lengthscales, scales, noise = self._kernel.split(logarithms)
        weights = [1.0 / lengths**2 for lengths in lengthscales]
        parts = [matern(w @ d) for w, d in zip(weights, self._differences, strict=True)]
        pairs = self._linear + sum(s * k for s, (k, _) in zip(scales, parts, strict=True))
        solved = self._solve(pairs, float(np.sum(scales)) + noise)
        if solved is None:
            return -_HOPELESS, np.zeros_like(logarithms)
        value, off_diagonal, diagonal = solved
        slopes = [
            s * w * (d @ (off_diagonal * slope))
            for s, w, d, (_, slope) in zip(scales, weights, self._differences, parts, strict=True)
        ]
        if self._kernel.scale_prior:
            slopes.append(scales * np.array([off_diagonal @ k + diagonal for k, _ in parts]))
        gradient = np.concatenate([*slopes, [noise * diagonal]])
        return self._with_priors(logarithms, value, gradient)

    def _solve(self, pairs: Array, diagonal: float) -> tuple[float, Array, float] | None:
        """Return ln p(y), and a a' - K^-1 by pairs and as half its trace; None if K is singular."""
        n = len(self._y)
        covariance = np.zeros((n, n), order="F")
        covariance.ravel(order="K")[self._flat] = pairs
        covariance.ravel(order="K")[:: n + 1] = self._linear_diagonal + diagonal
        factor, failed = lapack.dpotrf(covariance, lower=1, overwrite_a=1)
        if failed:
            return None
        both = np.stack([self._y, np.ones(n)], axis=1)
        (solved_y, solved_one) = lapack.dpotrs(factor, both, lower=1)[0].T
        mean = solved_y.sum() / solved_one.sum()
        alpha = solved_y - mean * solved_one
        log_determinant = 2.0 * np.log(np.diagonal(factor)).sum()
        value = -0.5 * ((self._y - mean) @ alpha + log_determinant + n * _LOG_TWO_PI)
        inverse = lapack.dpotri(factor, lower=1, overwrite_c=1)[0].ravel(order="K")
        off_diagonal = alpha[self._first] * alpha[self._second] - inverse[self._flat]
        return float(value), off_diagonal, float(0.5 * (alpha @ alpha - inverse[:: n + 1].sum()))

    def _with_priors(self, logarithms: Array, value: float, slope: Array) -> tuple[float, Array]:
        gradient, start = slope.copy(), 0
        for count, prior in self._priors:
            density, change = prior.log_density(logarithms[start : start + count])
            value += density
            gradient[start : start + count] += change
            start += count
        return value, gradient


def most_likely(kernel: Kernel, x: Array, y: Array) -> Array:
    """Return the hyperparameters that data and priors make most likely, as logarithms.

    The search starts from the priors' modes alone, so that equal data give equal results in any
    process; the last few results are remembered, which changes nothing but the time.

    Args:
        kernel: What is assumed.
        x: Points, `n x d`.
        y: Standardised values, `n`.
    """
    result = _most_likely(kernel, x.shape[0], x.tobytes(), y.tobytes())
    return np.frombuffer(result)


def forget() -> None:
    """Forget remembered results, so that this process is like a new one."""
    _most_likely.cache_clear()


@lru_cache(maxsize=_REMEMBERED)
def _most_likely(kernel: Kernel, count: int, x: bytes, y: bytes) -> bytes:
    points = np.frombuffer(x).reshape(count, -1)
    density = MarginalLikelihood(kernel, points, np.frombuffer(y))

    def loss(logarithms: Array) -> tuple[float, Array]:
        value, gradient = density(logarithms)
        return -value, -gradient

    found = minimize(
        loss,
        kernel.start(),
        jac=True,
        method="L-BFGS-B",
        bounds=kernel.bounds(),
        options={"maxiter": _ITERATIONS, "ftol": 1e-5, "gtol": 1e-3},
    )
    return np.asarray(found.x, dtype=float).tobytes()
