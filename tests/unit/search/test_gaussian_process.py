import numpy as np
import pytest

from eeipu_kfp.search.gaussian_process import GaussianProcess, Scale, _checkpoint, _fitted_rows, fit
from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.priors import LogNormal

KERNELS = {
    "additive": Kernel(groups=((0, 1, 2), (0,), (1, 2)), scale_prior=LogNormal(-1.0, 1.0)),
    "linear trend": Kernel(groups=((0, 1, 2),), linear=(0, 1, 2)),
    "one column of three": Kernel(groups=((1,),)),
}


@pytest.fixture
def data(rng):
    x = rng.random((20, 3))
    return x, 100.0 + 30.0 * np.sin(5 * x[:, 0]) + x[:, 1]


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_the_gradients_are_the_slopes(kernel, data, rng):
    process = fit(kernel, *data)
    points = rng.random((6, 3))

    found = process.predict(points)

    for i, unit in enumerate(1e-5 * np.eye(3)):
        up, down = process.moments(points + unit), process.moments(points - unit)
        assert found.mean_gradient[:, i] == pytest.approx(
            (up[0] - down[0]) / 2e-5, rel=1e-4, abs=1e-3
        )
        assert found.variance_gradient[:, i] == pytest.approx(
            (up[1] - down[1]) / 2e-5, rel=1e-3, abs=1e-2
        )


@pytest.mark.parametrize("count", [0, 4, 2000])
@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_prediction_and_moments_agree_at_any_number_of_points(kernel, count, data, rng):
    process, points = fit(kernel, *data), rng.random((count, 3))

    found, (mean, variance) = process.predict(points), process.moments(points)

    assert found.mean == pytest.approx(mean)
    assert found.variance == pytest.approx(variance)


def test_it_goes_through_the_data_and_is_unsure_elsewhere(data):
    x, y = data
    process = fit(KERNELS["additive"], x, y)

    mean, known = process.moments(x)
    _, unknown = process.moments(np.array([[3.0, 3.0, 3.0]]))

    assert mean == pytest.approx(y, abs=2.0)
    assert known.max() < unknown[0] / 10


def test_the_same_data_in_another_unit_gives_the_same_process(data, rng):
    x, y = data
    points = rng.random((4, 3))

    mean, variance = fit(KERNELS["additive"], x, y).moments(points)
    scaled_mean, scaled_variance = fit(KERNELS["additive"], x, 1000.0 * y).moments(points)

    assert scaled_mean == pytest.approx(1000.0 * mean, rel=1e-3)
    assert scaled_variance == pytest.approx(1e6 * variance, rel=1e-2)


def test_a_point_seen_twice_is_no_error():
    x = np.full((5, 2), 0.3)

    process = fit(Kernel(groups=((0, 1),)), x, np.array([1.0, 2.0, 1.0, 2.0, 1.5]))

    assert process.moments(x[:1])[0] == pytest.approx([1.5], abs=0.1)


def test_noise_grows_until_the_covariance_can_be_inverted():
    x = np.zeros((4, 1))
    logarithms = np.array([0.0, -800.0])

    process = GaussianProcess(Kernel(groups=((0,),)), logarithms, x, np.ones(4), Scale(0.0, 1.0))

    assert process.noise > 0.0 or np.isfinite(process.moments(x)[0]).all()


@pytest.mark.parametrize(
    ("y", "expected"),
    [([3.0, 3.0], Scale(3.0, 1.0)), ([5.0], Scale(5.0, 1.0)), ([0.0, 4.0], Scale(2.0, 2.0))],
    ids=["equal", "one", "different"],
)
def test_equal_values_are_only_shifted(y, expected):
    assert Scale.of(np.array(y)) == expected


def test_a_least_spread_keeps_small_differences_small():
    assert Scale.of(np.array([0.0, 0.2]), least=1.0).factor == 1.0


def test_hyperparameters_are_due_at_every_trial_first_and_then_at_each_tenth_more():
    due = sorted({_checkpoint(count) for count in range(1, 60)})

    assert due == [*range(1, 31), 33, 37, 41, 46, 51, 57]


def test_of_many_points_the_best_are_among_those_fitted(rng):
    y = rng.random(600)

    rows = _fitted_rows(y)

    assert len(rows) == len(set(rows)) == 256
    assert set(np.argsort(-y)[:85]) <= set(rows)
