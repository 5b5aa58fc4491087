"""Covariance: a sum of Matern-5/2 parts over groups of columns, and perhaps a linear part.

k(x, x') = sum_c s_c (1 + r_c + r_c^2 / 3) exp(-r_c)  +  (x - 1/2)' (x' - 1/2)
r_c^2 = 5 sum_{i in c} (x_i - x'_i)^2 / l_ci^2
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from eeipu_kfp.search.arrays import Array
from eeipu_kfp.search.priors import LogNormal, Prior, dimension_scaled

CENTRE = 0.5
_LENGTHSCALES = (0.025, 1e4)
_SCALES = (1e-6, 1e3)
_LARGEST_NOISE = 10.0
_NOISE = LogNormal(-4.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """What a Gaussian process assumes, without the values that data decides.

    Its hyperparameters are one vector of logarithms: the lengthscales group by group, the scale
    of each group where `scale_prior` is given (1 otherwise), and the noise variance.

    Attributes:
        groups: The columns of each Matern part.
        linear: The columns of the linear part; empty for none.
        lengthscale_prior: One prior for all lengthscales; None to scale it with each group's size.
        scale_prior: Prior of the groups' scales; None where they are fixed at 1.
        noise_prior: Prior of the noise variance.
        least_noise: Lower bound of the noise variance.
    """

    groups: tuple[tuple[int, ...], ...]
    linear: tuple[int, ...] = ()
    lengthscale_prior: Prior | None = None
    scale_prior: Prior | None = None
    noise_prior: Prior = _NOISE
    least_noise: float = 1e-5

    def priors(self) -> tuple[tuple[int, Prior], ...]:
        """Return the priors in the order of the vector, each with how many entries it covers."""
        lengthscales = tuple(
            (len(group), self.lengthscale_prior or dimension_scaled(len(group)))
            for group in self.groups
        )
        scales = ((len(self.groups), self.scale_prior),) if self.scale_prior else ()
        return (*lengthscales, *scales, (1, self.noise_prior))

    def bounds(self) -> Array:
        """Return lower and upper bounds of the vector, `h x 2`."""
        lengthscales = sum(len(group) for group in self.groups)
        scales = len(self.groups) if self.scale_prior else 0
        rows = [_LENGTHSCALES] * lengthscales + [_SCALES] * scales
        bounds: Array = np.log([*rows, (self.least_noise, _LARGEST_NOISE)])
        return bounds

    def start(self) -> Array:
        """Return the vector at the modes of the priors, `h`."""
        modes = [np.full(count, prior.mode) for count, prior in self.priors()]
        bounds = self.bounds()
        start: Array = np.clip(np.log(np.concatenate(modes)), bounds[:, 0], bounds[:, 1])
        return start

    def split(self, logarithms: Array) -> tuple[list[Array], Array, float]:
        """Return lengthscales by group, scales by group, and the noise variance."""
        values = np.exp(logarithms)
        edges = list(accumulate(map(len, self.groups), initial=0))
        lengthscales = [values[start:end] for start, end in pairwise(edges)]
        scales = values[edges[-1] : -1] if self.scale_prior else np.ones(len(self.groups))
        return lengthscales, scales, float(values[-1])


def matern(squared_distance: Array) -> tuple[Array, Array]:
    """Return the Matern-5/2 correlation and its slope -2 dk / d(r^2), elementwise.

    Args:
        squared_distance: Squared distances in units of the lengthscales.
    """
    correlation, growth, decay = _correlated(squared_distance)
    growth *= decay
    growth *= 5.0 / 3.0
    return correlation, growth


def matern_correlation(squared_distance: Array) -> Array:
    """Return the Matern-5/2 correlation alone, elementwise."""
    return _correlated(squared_distance)[0]


def _correlated(squared_distance: Array) -> tuple[Array, Array, Array]:
    """Return the correlation, and what its slope is made of: 1 + r and exp(-r)."""
    r = 5.0 * squared_distance
    np.sqrt(r, out=r)
    decay = np.negative(r)
    np.exp(decay, out=decay)
    growth = 1.0 + r
    r *= r
    r /= 3.0
    r += growth
    r *= decay
    return r, growth, decay
