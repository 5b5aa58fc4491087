"""Prior densities of kernel hyperparameters, as functions of their logarithms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from eeipu_kfp.search.arrays import Array


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A hyperparameter whose logarithm is normal.

    Attributes:
        location: Mean of the logarithm.
        spread: Standard deviation of the logarithm.
    """

    location: float
    spread: float

    @property
    def mode(self) -> float:
        """The most likely value."""
        return math.exp(self.location - self.spread**2)

    def log_density(self, logarithms: Array) -> tuple[float, Array]:
        """Return the summed ln density up to a constant, and its gradient in the logarithms."""
        z = (logarithms - self.location) / self.spread
        return -float((logarithms + z**2 / 2).sum()), -1.0 - z / self.spread


@dataclass(frozen=True, slots=True)
class Gamma:
    """A hyperparameter with a gamma density.

    Attributes:
        shape: Its shape; above 1.
        rate: Its rate.
    """

    shape: float
    rate: float

    @property
    def mode(self) -> float:
        """The most likely value."""
        return (self.shape - 1.0) / self.rate

    def log_density(self, logarithms: Array) -> tuple[float, Array]:
        """Return the summed ln density up to a constant, and its gradient in the logarithms."""
        values = np.exp(logarithms)
        density = (self.shape - 1.0) * logarithms - self.rate * values
        return float(np.sum(density)), (self.shape - 1.0) - self.rate * values


Prior: TypeAlias = LogNormal | Gamma


def dimension_scaled(dimension: int) -> LogNormal:
    """Return the lengthscale prior that expects smoother functions in more dimensions.

    LogNormal(sqrt 2 + ln(d) / 2, sqrt 3), Hvarfner et al. 2024.
    """
    return LogNormal(math.sqrt(2.0) + math.log(max(dimension, 1)) / 2.0, math.sqrt(3.0))
