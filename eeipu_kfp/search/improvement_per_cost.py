"""Scores that set a likely improvement against the cost of the whole trial.

With c the cost of a trial (`trial_costs` says which one), eta an exponent and lambda a rate:

    per cost   ln EI - eta ln c
    Gittins    g(x) with EI(x; g) = lambda c(x)

where EI(x; g) is the expected improvement over a best value of g instead of the one that is known.
With u = (mu - g) / sigma that is sigma h(u) = lambda c, so that g = mu - sigma u, and as h' = Phi

    g' = mu' + sigma' phi(u) / Phi(u) - sigma (ln c)' h(u) / Phi(u)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from eeipu_kfp.search.acquisition import ExpectedImprovement, log_h
from eeipu_kfp.search.arrays import Array, Mask
from eeipu_kfp.search.objective_model import ObjectiveModel
from eeipu_kfp.search.trial_costs import TrialCost

_LEAST_LOG_H = -1e6
_LARGEST_LOG_H = 300.0
_NEWTON_STEPS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovementPerCost:
    """ln EI - eta ln c.

    Attributes:
        improvement: ln EI.
        cost: What a trial costs.
        eta: How much cost counts.
    """

    improvement: ExpectedImprovement
    cost: TrialCost
    eta: float

    def __call__(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return the scores, `n`, and their gradients, `n x d`."""
        value, gradient = self.improvement(x, runs)
        log_cost, slope = self.cost.log_cost(x, runs)
        return value - self.eta * log_cost, gradient - self.eta * slope

    def scores(self, x: Array, runs: Mask) -> Array:
        """Return the scores alone, `n`."""
        return self.improvement.scores(x, runs) - self.eta * self.cost.log_values(x, runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class GittinsIndex:
    """The value g at which a trial is just worth its cost, in standard deviations of the objective.

    Attributes:
        model: What is known of the objective.
        cost: What a trial costs.
        log_rate: ln lambda, of standard deviations for a unit of cost.
    """

    model: ObjectiveModel
    cost: TrialCost
    log_rate: float

    def __call__(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return the scores, `n`, and their gradients, `n x d`."""
        found, factor = self.model.process.predict(x), self.model.process.scale.factor
        sigma = np.sqrt(found.variance)
        log_cost, cost_slope = self.cost.log_cost(x, runs)
        u = inverse_log_h(self.log_rate + log_cost - np.log(sigma / factor))
        below = log_ndtr(u)
        hazard = np.exp(-0.5 * u**2 - 0.5 * np.log(2.0 * np.pi) - below)
        gradient = found.mean_gradient
        gradient = gradient + (hazard / (2.0 * sigma))[:, None] * found.variance_gradient
        gradient -= (sigma * np.exp(log_h(u) - below))[:, None] * cost_slope
        return self._index(found.mean, sigma, u), gradient / factor

    def scores(self, x: Array, runs: Mask) -> Array:
        """Return the scores alone, `n`."""
        mean, variance = self.model.process.moments(x)
        sigma = np.sqrt(variance)
        log_cost = self.cost.log_values(x, runs)
        relative = np.log(sigma / self.model.process.scale.factor)
        return self._index(mean, sigma, inverse_log_h(self.log_rate + log_cost - relative))

    def _index(self, mean: Array, sigma: Array, u: Array) -> Array:
        scale = self.model.process.scale
        index: Array = (mean - sigma * u - scale.offset) / scale.factor
        return index


def inverse_log_h(values: Array) -> Array:
    """Return u with ln h(u) = value elementwise, by Newton's method.

    ln h is concave, so that every step from the first on ends left of the root and moves towards
    it. The first guess is nearly exact far to either side.
    """
    wanted = np.clip(values, _LEAST_LOG_H, _LARGEST_LOG_H)
    u = np.where(
        wanted > 0.0, np.exp(np.maximum(wanted, 0.0)), -np.sqrt(np.maximum(-2.0 * wanted, 0.0))
    )
    for _ in range(_NEWTON_STEPS):
        reached = log_h(u)
        u = u + (wanted - reached) * np.exp(reached - log_ndtr(u))
    return u
