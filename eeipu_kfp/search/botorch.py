"""The default acquisition for a BoTorch loop of your own; needs the extra `botorch`."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import cast

import torch
from botorch.acquisition.analytic import LogExpectedImprovement
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.utils.transforms import t_batch_mode_transform
from torch import Tensor

_LOG_COST_VARIANCE = 0.1**2


class LogExpectedImprovementPerCost(LogExpectedImprovement):
    """Logarithm of expected improvement per expected cost, where cached stages cost epsilon.

    With m_k and v_k the posterior mean and variance of stage k's ln cost at x, D the cached stages
    and |D| their number:

        alpha(x) = ln EI(x) - eta ln E[C(x)] + ln P(C(x) <= remaining)
        E[C]     = |D| epsilon + sum of exp(m_k + v_k / 2) over the stages outside D
        Var C    = sum of exp(2 m_k + v_k) (exp(v_k) - 1) over the same stages

    P takes ln C for normal with the moments of the sum (Fenton-Wilkinson) and allows for a tenth
    of noise. Cached stages are those whose parameters are kept at cached values: give the same
    values as `fixed_features` to `optimize_acqf`, one call for each prefix worth trying, and keep
    the candidate with the highest value.

    Example:
        >>> from botorch.models import SingleTaskGP
        >>> from botorch.optim import optimize_acqf
        >>> X = torch.rand(12, 3, dtype=torch.double)
        >>> Y, Y1, Y2 = X.sin().sum(dim=1, keepdim=True), 1 + X[:, :1], 2 + X[:, 2:]
        >>> stage_costs = [SingleTaskGP(X[:, :2], Y1.log()), SingleTaskGP(X, Y2.log())]
        >>> acquisition = LogExpectedImprovementPerCost(
        ...     SingleTaskGP(X, Y),
        ...     best_f=Y.max(),
        ...     cost_models=stage_costs,
        ...     cost_columns=[[0, 1], [0, 1, 2]],
        ...     cached_stages=[0],
        ... )
        >>> kept = {0: 0.3, 1: 0.7}  # what the first stage was run with
        >>> bounds = torch.tensor([[0.0] * 3, [1.0] * 3], dtype=torch.double)
        >>> candidate, value = optimize_acqf(
        ...     acquisition, bounds, q=1, num_restarts=4, raw_samples=64, fixed_features=kept
        ... )
        >>> candidate.shape
        torch.Size([1, 3])
    """

    def __init__(
        self,
        model: Model,
        best_f: float | Tensor,
        cost_models: Sequence[Model],
        *,
        cost_columns: Sequence[Sequence[int]] | None = None,
        cached_stages: Collection[int] = (),
        eta: float = 1.0,
        epsilon: float = 0.1,
        remaining: float = math.inf,
    ) -> None:
        """Take fitted models.

        Args:
            model: Single-outcome model of the objective, which is maximised.
            best_f: The best objective so far.
            cost_models: By stage, a single-outcome model of ln cost, without the cached runs.
            cost_columns: By stage, the columns of X that its model takes; None for all of them.
            cached_stages: Positions of the stages that would not run.
            eta: How much cost counts, from 1 (all) to 0 (not at all).
            epsilon: Cost of a cached stage, in the unit of the costs.
            remaining: What a candidate may cost, in the same unit.
        """
        # A plain float would be kept in single precision.
        super().__init__(model=model, best_f=torch.as_tensor(best_f, dtype=torch.double))
        running = [k for k in range(len(cost_models)) if k not in cached_stages]
        self.cost_models = torch.nn.ModuleList([cost_models[k] for k in running])
        self.cost_columns = [
            None if cost_columns is None else list(cost_columns[k]) for k in running
        ]
        self.cached_cost = epsilon * (len(cost_models) - len(running))
        self.eta = eta
        self.remaining = remaining

    @t_batch_mode_transform(expected_q=1)  # type: ignore[arg-type]  # BoTorch does so itself
    def forward(self, X: Tensor) -> Tensor:  # noqa: N803  # the name that BoTorch calls it by
        """Return the values of `batch x 1 x d` points, `batch`."""
        improvement: Tensor = super().forward(X)
        log_expected, rho = self._cost(X)
        value = improvement - self.eta * log_expected
        if math.isinf(self.remaining):
            return value
        typical = log_expected - 0.5 * torch.log1p(rho)
        deviation = (torch.log1p(rho) + _LOG_COST_VARIANCE).sqrt()
        fits: Tensor = torch.special.log_ndtr((math.log(self.remaining) - typical) / deviation)
        return value + fits

    def _cost(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return ln E[C] and Var C / E[C]^2, each `batch`."""
        moments = [
            _log_cost(model, points if columns is None else points[..., columns])
            for model, columns in zip(self.cost_models, self.cost_columns, strict=True)
        ]
        constant = points.new_tensor(self.cached_cost).log().expand(points.shape[:-2])
        logs = torch.stack([constant, *(mean + variance / 2 for mean, variance in moments)], dim=-1)
        log_expected = logs.logsumexp(dim=-1)
        rho = points.new_zeros(points.shape[:-2])
        for mean, variance in moments:
            share = (mean + variance / 2 - log_expected).exp()
            rho = rho + share**2 * torch.expm1(variance)
        return log_expected, rho


def _log_cost(model: torch.nn.Module, points: Tensor) -> tuple[Tensor, Tensor]:
    """Return posterior mean and variance of a stage's ln cost, each `batch`."""
    posterior = cast("GPyTorchPosterior", cast("Model", model).posterior(points))
    return posterior.mean[..., 0, 0], posterior.variance[..., 0, 0]
