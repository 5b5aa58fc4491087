"""Means with standard errors, and methods against each other on the same seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import wilcoxon

from benchmarks.problems.problem import Array

_TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over seeds.

    Attributes:
        mean: The mean.
        error: Its standard error; NaN for a single seed.
    """

    mean: float
    error: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Estimate:
        """Estimate from at least one value."""
        numbers = np.asarray(values, dtype=float)
        count = len(numbers)
        error = float(numbers.std(ddof=1) / count**0.5) if count > 1 else float("nan")
        return cls(mean=float(numbers.mean()), error=error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """A method less a reference on the same seeds, where less is better.

    Attributes:
        difference: The mean difference; below 0 the method is better.
        wins: Seeds on which it is better.
        ties: Seeds on which both are the same.
        losses: Seeds on which it is worse.
        p_value: Of Wilcoxon's signed-rank test, two-sided; 1 where all are ties.
    """

    difference: Estimate
    wins: int
    ties: int
    losses: int
    p_value: float

    @classmethod
    def of(cls, method: Sequence[float], reference: Sequence[float]) -> Paired:
        """Compare figures seed by seed, both in the same order of seeds."""
        one, other = np.asarray(method, dtype=float), np.asarray(reference, dtype=float)
        less = one - other
        scale = np.maximum(np.maximum(np.abs(one), np.abs(other)), 1.0)
        tied = np.abs(less) <= _TIE * scale
        less = np.where(tied, 0.0, less)
        return cls(
            difference=Estimate.of(less.tolist()),
            wins=int((less < 0).sum()),
            ties=int(tied.sum()),
            losses=int((less > 0).sum()),
            p_value=_signed_rank(less[~tied]),
        )


def _signed_rank(less: Array) -> float:
    if not len(less):
        return 1.0
    is_exact = len(np.unique(np.abs(less))) == len(less)
    return float(wilcoxon(less, method="exact" if is_exact else "asymptotic").pvalue)
