import doctest
import warnings

import numpy as np
import pytest

from eeipu_kfp.search.acquisition import ExpectedImprovement, ImprovementPerExpectedCost
from eeipu_kfp.search.cost_models import CostModels
from eeipu_kfp.search.gaussian_process import GaussianProcess, Scale
from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.objective_model import ObjectiveModel
from tests.unit.search.tariffs import plain

torch = pytest.importorskip("torch")
gpytorch = pytest.importorskip("gpytorch")
models = pytest.importorskip("botorch.models")

NOISE = 1e-3
STANDARD = Scale(0.0, 1.0)


def processes(x, y, kernel, scales):
    """The same process twice: ours, and a BoTorch model with equal hyperparameters."""
    sizes = [0.3 + 0.2 * i for i in range(sum(len(group) for group in kernel.groups))]
    tuned = [*sizes, *(scales if kernel.scale_prior else ()), NOISE]
    ours = GaussianProcess(kernel, np.log(tuned), x, y, STANDARD)

    parts, start = [], 0
    for group, scale in zip(kernel.groups, scales, strict=True):
        matern = gpytorch.kernels.MaternKernel(
            nu=2.5, ard_num_dims=len(group), active_dims=torch.tensor(group)
        )
        part = gpytorch.kernels.ScaleKernel(matern).double()
        matern.lengthscale = torch.tensor(sizes[start : start + len(group)], dtype=torch.double)
        part.outputscale = torch.tensor(scale, dtype=torch.double)
        parts.append(part)
        start += len(group)
    covariance = parts[0] if len(parts) == 1 else gpytorch.kernels.AdditiveKernel(*parts)
    mean = gpytorch.means.ConstantMean()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = models.SingleTaskGP(
            torch.tensor(x),
            torch.tensor(y)[:, None],
            torch.full((len(y), 1), NOISE, dtype=torch.double),
            covar_module=covariance.double(),
            mean_module=mean.double(),
            outcome_transform=None,
        )
    mean.constant.data.fill_(ours.mean)
    return ours, theirs


@pytest.fixture
def data(rng):
    x = rng.random((15, 3))
    y = np.sin(5 * x).sum(axis=1)
    return x, y, [1.0 + x[:, 0], 0.5 - x[:, 1] + x[:, 2]]


@pytest.fixture
def additive():
    from eeipu_kfp.search.priors import LogNormal

    return Kernel(groups=((0, 1, 2), (0, 1)), scale_prior=LogNormal(0.0, 1.0))


def test_the_posterior_is_gpytorchs_at_equal_hyperparameters(data, additive, rng):
    x, y, _ = data
    ours, theirs = processes(x, y, additive, (0.7, 0.4))
    points = rng.random((20, 3))

    posterior = theirs.posterior(torch.tensor(points))
    mean, variance = ours.moments(points)

    assert mean == pytest.approx(posterior.mean[:, 0].detach().numpy(), abs=1e-8)
    assert variance == pytest.approx(posterior.variance[:, 0].detach().numpy(), abs=1e-8)


@pytest.fixture
def acquisitions(data, additive):
    """Ours and BoTorch's acquisition, given which stages run."""
    from eeipu_kfp.search.botorch import LogExpectedImprovementPerCost

    x, y, log_costs = data
    columns = ((0,), (0, 1, 2))
    objective = processes(x, y, additive, (0.7, 0.4))
    stages = [
        processes(x[:, list(c)], cost, Kernel(groups=(tuple(range(len(c))),)), (1.0,))
        for c, cost in zip(columns, log_costs, strict=True)
    ]
    best = float(y.max())
    ours = ImprovementPerExpectedCost(
        improvement=ExpectedImprovement(model=ObjectiveModel(process=objective[0], best=best)),
        costs=CostModels(tuple(mine for mine, _ in stages), columns, plain(2, epsilon=0.2)),
        eta=0.8,
        cap=4.0,
    )

    def theirs(cached, remaining=4.0):
        return LogExpectedImprovementPerCost(
            objective[1],
            best_f=best,
            cost_models=[model for _, model in stages],
            cost_columns=columns,
            cached_stages=cached,
            eta=0.8,
            epsilon=0.2,
            remaining=remaining,
        )

    return ours, theirs


@pytest.mark.parametrize("cached", [(), (0,), (0, 1)], ids=["nothing", "prefix", "everything"])
def test_both_acquisitions_agree_in_value_and_gradient(acquisitions, cached, rng):
    ours, theirs = acquisitions
    x = rng.random((30, 3))
    runs = np.tile([k not in cached for k in range(2)], (30, 1))

    points = torch.tensor(x)[:, None].requires_grad_()
    value = theirs(cached)(points)
    value.sum().backward()

    mine, gradient = ours(x, runs)
    assert mine == pytest.approx(value.detach().numpy(), abs=1e-6)
    assert gradient == pytest.approx(points.grad[:, 0].numpy(), rel=1e-4, abs=1e-5)


def test_without_a_limit_only_cost_and_improvement_count(acquisitions, rng):
    _, theirs = acquisitions
    points = torch.tensor(rng.random((5, 1, 3)))

    unlimited, generous = theirs((), float("inf")), theirs((), 1e12)

    assert torch.allclose(unlimited(points), generous(points))


def test_it_keeps_the_batch_shape(acquisitions, rng):
    _, theirs = acquisitions

    assert theirs((0,))(torch.tensor(rng.random((4, 2, 1, 3)))).shape == (4, 2)


def test_optimize_acqf_maximises_it_with_a_prefix_fixed(acquisitions):
    from botorch.optim import optimize_acqf

    _, theirs = acquisitions
    bounds = torch.tensor([[0.0] * 3, [1.0] * 3], dtype=torch.double)

    candidate, value = optimize_acqf(
        theirs((0,)),
        bounds,
        q=1,
        num_restarts=2,
        raw_samples=16,
        fixed_features={0: 0.25},
        options={"seed": 0},
    )

    assert candidate[0, 0] == 0.25
    assert torch.isfinite(value)


@pytest.mark.filterwarnings("ignore")
def test_the_documented_example_runs():
    from eeipu_kfp.search import botorch

    result = doctest.testmod(botorch)

    assert result.attempted > 5
    assert result.failed == 0
