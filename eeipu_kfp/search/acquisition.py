"""What makes a candidate attractive, in logarithms and with gradients.

A candidate is a point x and the stages that it would really run. With u = (mu - f_best) / sigma,
m_k and v_k the mean and variance of ln c_k, delta cached stages that cost epsilon each, and the
overhead O of the whole trial:

    ln EI   = ln sigma + ln h(u),   h(u) = phi(u) + u Phi(u)
    E[C]    = O + delta epsilon + sum_k E_k,   E_k = exp(m_k + v_k / 2)
    default   ln EI - eta ln E[C] + ln P(C <= cap)
    published ln EI + eta ln E[1 / C]

The published form rewards not knowing a cost (E[1 / C] >= 1 / E[C]), the default never does while
the cost is likely to stay under the cap. Where the budget does not count overhead, neither does the
cap: P is then of C - O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import erfcx, log_ndtr, logsumexp, ndtr, ndtri
from scipy.stats import qmc

from eeipu_kfp.search.arrays import Array, Mask
from eeipu_kfp.search.cost_models import CostModels, LogCosts
from eeipu_kfp.search.objective_model import ObjectiveModel

_LOG_SQRT_TWO_PI = 0.5 * float(np.log(2.0 * np.pi))
_SQRT_HALF_PI = float(np.sqrt(0.5 * np.pi))
_FAR = -1e4
_LOG_SECONDS_VARIANCE = 0.1**2
_LARGEST_EXPONENT = 50.0
_DRAWS_LOG2 = 8


class Acquisition(Protocol):
    """A score to maximise."""

    def __call__(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return scores, `n`, and gradients, `n x d`, of `n x d` points that run `n x K` stages."""
        ...

    def scores(self, x: Array, runs: Mask) -> Array:
        """Return the scores alone, `n`."""
        ...


def log_h(u: Array) -> Array:
    """Return ln(phi(u) + u Phi(u)) elementwise, exact far into both tails."""
    near = np.maximum(u, -1.0)
    above = np.log(np.exp(-0.5 * near**2 - _LOG_SQRT_TWO_PI) + near * ndtr(near))
    size = np.clip(-u, 1.0, -_FAR)
    shrink = np.log1p(-_SQRT_HALF_PI * size * erfcx(size * np.sqrt(0.5)))
    tail = np.where(u > _FAR, shrink, -2.0 * np.log(np.maximum(-u, 1.0)))
    below = -0.5 * np.minimum(u, 0.0) ** 2 - _LOG_SQRT_TWO_PI + tail
    return np.where(u > -1.0, above, below)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedImprovement:
    """ln EI, whatever a candidate costs.

    Attributes:
        model: What is known of the objective.
    """

    model: ObjectiveModel

    def __call__(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return the scores, `n`, and their gradients, `n x d`."""
        del runs
        found = self.model.process.predict(x)
        sigma = np.sqrt(found.variance)
        u = (found.mean - self.model.best) / sigma
        log_improvement = log_h(u)
        by_mean = np.exp(log_ndtr(u) - log_improvement) / sigma
        by_variance = (
            0.5 * np.exp(-0.5 * u**2 - _LOG_SQRT_TWO_PI - log_improvement) / found.variance
        )
        gradient = by_mean[:, None] * found.mean_gradient
        gradient += by_variance[:, None] * found.variance_gradient
        return np.log(sigma) + log_improvement, gradient

    def scores(self, x: Array, runs: Mask) -> Array:
        """Return the scores alone, `n`."""
        del runs
        mean, variance = self.model.process.moments(x)
        sigma = np.sqrt(variance)
        values: Array = np.log(sigma) + log_h((mean - self.model.best) / sigma)
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovementPerExpectedCost:
    """The default score: ln EI - eta ln E[C] + ln P(C <= cap).

    Attributes:
        improvement: ln EI.
        costs: What stages cost.
        eta: How much cost counts.
        cap: What one trial may be charged with.
    """

    improvement: ExpectedImprovement
    costs: CostModels
    eta: float
    cap: float

    def __call__(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return the scores, `n`, and their gradients, `n x d`."""
        value, gradient = self.improvement(x, runs)
        costs = self.costs.log_costs(x, runs)
        score, by_mean, by_variance = self.cost_score(costs.mean, costs.variance, runs)
        gradient += np.einsum("nk,nkd->nd", by_mean, costs.mean_gradient)
        gradient += np.einsum("nk,nkd->nd", by_variance, costs.variance_gradient)
        return value + score, gradient

    def scores(self, x: Array, runs: Mask) -> Array:
        """Return the scores alone, `n`."""
        moments = self.costs.log_moments(x, runs)
        return self.improvement.scores(x, runs) + self.cost_score(*moments, runs)[0]

    def cost_score(self, mean: Array, variance: Array, runs: Mask) -> tuple[Array, Array, Array]:
        """Return what cost adds to the score, `n`, and its slopes in mean and variance, `n x K`.

        ln C is taken for normal with the moments of the sum (Fenton-Wilkinson): with
        rho = Var C / E[C]^2 its mean is ln E[C] - ln(1 + rho) / 2, its variance ln(1 + rho).
        """
        tariff = self.costs.tariff
        beside = tariff.charged(runs) + tariff.epsilons(runs)
        log_charged, share = log_sum(mean + variance / 2.0, runs, beside)
        with np.errstate(divide="ignore"):
            log_expected = np.logaddexp(log_charged, np.log(tariff.uncharged(runs)))
        growth = np.expm1(np.minimum(variance, _LARGEST_EXPONENT))
        by_stage = share**2 * growth
        rho = by_stage.sum(axis=1)
        deviation = np.sqrt(np.log1p(rho) + _LOG_SECONDS_VARIANCE)
        typical = log_charged - 0.5 * np.log1p(rho)
        z = (np.log(self.cap) - typical) / deviation
        hazard = np.exp(-0.5 * z**2 - _LOG_SQRT_TWO_PI - log_ndtr(z))
        by_charged = -self.eta * np.exp(log_charged - log_expected) - hazard / deviation
        by_rho = 0.5 * hazard / (1.0 + rho) * (1.0 - z / deviation) / deviation
        rho_by_log = 2.0 * (by_stage - share * rho[:, None])
        by_log = by_charged[:, None] * share + by_rho[:, None] * rho_by_log
        by_variance = 0.5 * by_log + by_rho[:, None] * share**2 * (growth + 1.0)
        return -self.eta * log_expected + log_ndtr(z), by_log, by_variance


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovementTimesInverseCost:
    """The published score: ln EI + eta ln E[1 / C], from independent draws of every stage's cost.

    Attributes:
        improvement: ln EI.
        costs: What stages cost.
        eta: How much cost counts.
        draws: Standard normal numbers, `N x K`.
    """

    improvement: ExpectedImprovement
    costs: CostModels
    eta: float
    draws: Array

    def __call__(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return the scores, `n`, and their gradients, `n x d`."""
        value, gradient = self.improvement(x, runs)
        costs: LogCosts = self.costs.log_costs(x, runs)
        inverse, by_mean, by_variance = self.log_inverse_cost(costs.mean, costs.variance, runs)
        slope = np.einsum("nk,nkd->nd", by_mean, costs.mean_gradient)
        slope += np.einsum("nk,nkd->nd", by_variance, costs.variance_gradient)
        return value + self.eta * inverse, gradient + self.eta * slope

    def scores(self, x: Array, runs: Mask) -> Array:
        """Return the scores alone, `n`."""
        inverse = self.log_inverse_cost(*self.costs.log_moments(x, runs), runs)[0]
        return self.improvement.scores(x, runs) + self.eta * inverse

    def log_inverse_cost(
        self, mean: Array, variance: Array, runs: Mask
    ) -> tuple[Array, Array, Array]:
        """Return ln E[1 / C], `n`, and its slopes in mean and variance, `n x K`."""
        deviation = np.sqrt(np.where(runs, variance, 1.0))
        drawn = mean[:, None] + deviation[:, None] * self.draws
        everywhere = np.broadcast_to(runs[:, None], drawn.shape)
        tariff = self.costs.tariff
        beside = tariff.overhead(runs) + tariff.epsilons(runs)
        log_cost, share = log_sum(drawn, everywhere, beside[:, None])
        log_inverse = logsumexp(-log_cost, axis=1)
        weighted = -share * np.exp(-log_cost - log_inverse[:, None])[..., None]
        by_mean = weighted.sum(axis=1)
        by_deviation = np.einsum("nsk,sk->nk", weighted, self.draws)
        return log_inverse - np.log(len(self.draws)), by_mean, by_deviation / (2.0 * deviation)


def independent_draws(stages: int, seed: int) -> Array:
    """Return scrambled Sobol normal numbers, 256 x K, a column of its own for every stage."""
    quantiles = qmc.Sobol(stages, rng=np.random.default_rng(seed)).random_base2(_DRAWS_LOG2)
    draws: Array = ndtri(np.clip(quantiles, 1e-9, 1.0 - 1e-9))
    return draws


def log_sum(logarithms: Array, runs: Mask, beside: Array) -> tuple[Array, Array]:
    """Return ln(beside + sum of exp over the stages that run), and each stage's share.

    Args:
        logarithms: ln costs, `... x K`.
        runs: Which stages run, `... x K`.
        beside: What is added, of a shape that broadcasts to `...`.
    """
    with np.errstate(divide="ignore"):
        fixed = np.log(beside)
    running = np.where(runs, logarithms, -np.inf)
    largest = np.maximum(running.max(axis=-1), fixed)
    total = np.exp(running - largest[..., None]).sum(axis=-1) + np.exp(fixed - largest)
    log_total: Array = largest + np.log(total)
    return log_total, np.exp(running - log_total[..., None])
