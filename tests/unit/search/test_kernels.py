import numpy as np
import pytest

from eeipu_kfp.search.kernels import Kernel, matern
from eeipu_kfp.search.priors import Gamma, LogNormal


def test_matern_falls_from_one_to_nothing():
    correlation, _ = matern(np.array([0.0, 0.1, 1.0, 100.0, 1e6]))

    assert correlation[0] == 1.0
    assert np.all(np.diff(correlation) < 0)
    assert correlation[-1] == pytest.approx(0.0)


def test_the_slope_is_minus_twice_the_derivative_in_the_squared_distance():
    squared, step = np.array([0.01, 0.5, 3.0]), 1e-7

    _, slope = matern(squared)

    difference = (matern(squared + step)[0] - matern(squared - step)[0]) / (2 * step)
    assert slope == pytest.approx(-2 * difference, rel=1e-6)


def test_hyperparameters_split_into_lengthscales_scales_and_noise():
    kernel = Kernel(groups=((0, 1), (2,)), scale_prior=LogNormal(0.0, 1.0))

    lengthscales, scales, noise = kernel.split(np.log([1.0, 2.0, 3.0, 4.0, 5.0, 0.1]))

    assert [part.tolist() for part in lengthscales] == [
        pytest.approx([1.0, 2.0]),
        pytest.approx([3.0]),
    ]
    assert scales == pytest.approx([4.0, 5.0])
    assert noise == pytest.approx(0.1)


def test_without_a_prior_every_scale_is_one():
    _, scales, _ = Kernel(groups=((0,),)).split(np.log([1.0, 0.1]))

    assert scales.tolist() == [1.0]


@pytest.mark.parametrize(
    "kernel",
    [
        Kernel(groups=((0, 1, 2), (0,))),
        Kernel(groups=((),)),
        Kernel(
            groups=((0,),),
            lengthscale_prior=Gamma(3.0, 6.0),
            scale_prior=Gamma(2.0, 0.15),
            noise_prior=Gamma(1.1, 0.05),
        ),
    ],
    ids=["two groups", "no column", "published"],
)
def test_the_start_lies_within_the_bounds(kernel):
    start, bounds = kernel.start(), kernel.bounds()

    assert len(start) == len(bounds) == sum(count for count, _ in kernel.priors())
    assert np.all((bounds[:, 0] <= start) & (start <= bounds[:, 1]))
