import numpy as np
import pytest

from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.marginal_likelihood import MarginalLikelihood, most_likely
from eeipu_kfp.search.priors import Gamma, LogNormal

KERNELS = {
    "additive": Kernel(groups=((0, 1, 2), (0,), (1, 2)), scale_prior=LogNormal(-1.0, 1.0)),
    "linear trend": Kernel(groups=((0, 1, 2),), linear=(0, 1, 2)),
    "published": Kernel(
        groups=((0, 1, 2),),
        lengthscale_prior=Gamma(3.0, 6.0),
        scale_prior=Gamma(2.0, 0.15),
        noise_prior=Gamma(1.1, 0.05),
        least_noise=1e-4,
    ),
    "no column": Kernel(groups=((),)),
}


@pytest.fixture
def data(rng):
    x = rng.random((12, 3))
    y = np.sin(4 * x[:, 0]) + x[:, 1] * x[:, 2]
    return x, (y - y.mean()) / y.std()


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_the_gradient_is_the_slope(kernel, data, rng):
    density = MarginalLikelihood(kernel, *data)
    point = kernel.start() + 0.1 * rng.standard_normal(len(kernel.start()))

    _, gradient = density(point)

    for i, unit in enumerate(1e-5 * np.eye(len(point))):
        slope = (density(point + unit)[0] - density(point - unit)[0]) / 2e-5
        assert gradient[i] == pytest.approx(slope, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_the_fit_is_likelier_than_its_start_and_its_neighbours(kernel, data, rng):
    density = MarginalLikelihood(kernel, *data)
    found = most_likely(kernel, *data)
    bounds = kernel.bounds()

    best = density(found)[0]

    assert best >= density(kernel.start())[0]
    for _ in range(10):
        near = found + 0.1 * rng.standard_normal(len(found))
        assert density(np.clip(near, bounds[:, 0], bounds[:, 1]))[0] <= best + 1e-2


def test_a_covariance_that_is_singular_is_hopeless_and_no_error():
    kernel = Kernel(groups=((0,),))
    density = MarginalLikelihood(kernel, np.zeros((3, 1)), np.arange(3.0))

    value, gradient = density(np.array([0.0, -800.0]))

    assert value < -1e20
    assert gradient.tolist() == [0.0, 0.0]


def test_a_parameter_that_does_nothing_gets_a_long_lengthscale(data):
    x, y = data
    kernel = Kernel(groups=((0, 1, 2),))
    y = np.sin(6 * x[:, 0])

    lengthscales = most_likely(kernel, x, y / y.std())[:3]

    assert lengthscales[0] < min(lengthscales[1:])


def test_the_likelihood_is_that_of_the_normal_density(data):
    from scipy.stats import multivariate_normal

    x, y = data
    kernel = Kernel(groups=((0, 1, 2),))
    logarithms = np.log([0.5, 0.6, 0.7, 0.01])
    scaled = x / [0.5, 0.6, 0.7]
    r = np.sqrt(5 * ((scaled[:, None] - scaled) ** 2).sum(axis=2))
    covariance = (1 + r + r**2 / 3) * np.exp(-r) + 0.01 * np.eye(12)
    weights = np.linalg.solve(covariance, np.ones(12))
    mean = np.full(12, weights @ y / weights.sum())
    prior = sum(
        part.log_density(logarithms[rows])[0]
        for (_, part), rows in zip(kernel.priors(), (slice(0, 3), slice(3, 4)), strict=True)
    )

    value, _ = MarginalLikelihood(kernel, x, y)(logarithms)

    assert value - prior == pytest.approx(multivariate_normal(mean, covariance).logpdf(y))
