import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from eeipu_kfp.search.acquisition import (
    ExpectedImprovement,
    ImprovementPerExpectedCost,
    ImprovementTimesInverseCost,
    independent_draws,
    log_h,
)
from eeipu_kfp.search.cost_models import CostModels
from eeipu_kfp.search.gaussian_process import fit
from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.objective_model import ObjectiveModel

KERNEL = Kernel(groups=((0, 1, 2),))
EVERYTHING = 1e9


@pytest.fixture
def improvement(rng):
    x = rng.random((12, 3))
    y = np.sin(4 * x).sum(axis=1)
    return ExpectedImprovement(model=ObjectiveModel(process=fit(KERNEL, x, y), best=y.max()))


@pytest.fixture
def costs(rng):
    x = rng.random((12, 3))
    columns = ((0,), (0, 1), (0, 1, 2))
    kernels = [Kernel(groups=(own,), linear=own) for own in columns]
    stages = [
        fit(k, x[:, list(c)], 2.0 * x[:, c[-1]]) for k, c in zip(kernels, columns, strict=True)
    ]
    return CostModels(tuple(stages), columns)


@pytest.fixture
def default(improvement, costs):
    def make(eta=0.7, cap=6.0):
        return ImprovementPerExpectedCost(
            improvement=improvement, costs=costs, eta=eta, cap_seconds=cap, epsilon_seconds=0.1
        )

    return make


@pytest.fixture
def published(improvement, costs):
    return ImprovementTimesInverseCost(
        improvement=improvement,
        costs=costs,
        eta=0.7,
        epsilon_seconds=0.1,
        draws=independent_draws(3, 0),
    )


def test_log_h_is_the_logarithm_where_it_can_be_computed_directly():
    u = np.linspace(-4.0, 6.0, 41)
    density = np.exp(-0.5 * u**2) / np.sqrt(2 * np.pi)

    assert log_h(u) == pytest.approx(np.log(density + u * ndtr(u)), abs=1e-9)


def test_log_h_rises_and_stays_finite_far_into_both_tails():
    values = log_h(np.concatenate([-np.logspace(8, -3, 400), np.logspace(-3, 8, 400)]))

    assert np.isfinite(values).all()
    assert np.all(np.diff(values) > 0)


RUNS = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)


@pytest.mark.parametrize("name", ["improvement", "default", "published"])
def test_the_gradients_are_the_slopes(name, request, rng):
    acquisition = request.getfixturevalue(name)
    acquisition = acquisition() if name == "default" else acquisition
    x = 0.2 + 0.6 * rng.random((4, 3))

    value, gradient = acquisition(x, RUNS)

    assert value == pytest.approx(acquisition.scores(x, RUNS))
    for i, unit in enumerate(1e-6 * np.eye(3)):
        slope = (acquisition.scores(x + unit, RUNS) - acquisition.scores(x - unit, RUNS)) / 2e-6
        assert gradient[:, i] == pytest.approx(slope, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("name", ["default", "published"])
def test_the_slopes_in_the_moments_of_cost_are_those(name, request, rng):
    acquisition = request.getfixturevalue(name)
    score = acquisition(cap=4.0).cost_score if name == "default" else acquisition.log_inverse_cost
    mean, variance = rng.standard_normal((4, 3)), rng.random((4, 3))

    _, by_mean, by_variance = score(mean, variance, RUNS)

    for k, unit in enumerate(1e-6 * np.eye(3)):
        running = RUNS[:, k]
        up, down = score(mean + unit, variance, RUNS)[0], score(mean - unit, variance, RUNS)[0]
        assert by_mean[running, k] == pytest.approx((up - down)[running] / 2e-6, rel=1e-5, abs=1e-8)
        up, down = score(mean, variance + unit, RUNS)[0], score(mean, variance - unit, RUNS)[0]
        slope = (up - down)[running] / 2e-6
        assert by_variance[running, k] == pytest.approx(slope, rel=1e-5, abs=1e-8)


@given(eta=st.floats(0.0, 1.0), seconds=st.floats(0.01, 1000.0))
def test_where_costs_are_equal_it_ranks_as_expected_improvement(eta, seconds):
    rng = np.random.default_rng(0)
    x = rng.random((12, 3))
    y = np.sin(4 * x).sum(axis=1)
    improvement = ExpectedImprovement(model=ObjectiveModel(process=fit(KERNEL, x, y), best=y.max()))
    process = fit(Kernel(groups=((),)), np.zeros((3, 0)), np.full(3, np.log(seconds)))
    acquisition = ImprovementPerExpectedCost(
        improvement=improvement,
        costs=CostModels((process,), ((),)),
        eta=eta,
        cap_seconds=EVERYTHING,
        epsilon_seconds=0.1,
    )
    points, runs = rng.random((30, 3)), np.ones((30, 1), dtype=bool)

    ranked = np.argsort(acquisition.scores(points, runs))

    assert ranked.tolist() == np.argsort(improvement.scores(points, runs)).tolist()


@given(
    mean=st.lists(st.floats(-3.0, 1.0), min_size=3, max_size=3),
    variance=st.lists(st.floats(0.0, 2.0), min_size=3, max_size=3),
    more=st.floats(0.0, 2.0),
    stage=st.integers(0, 2),
    eta=st.floats(0.5, 1.0),
)
def test_not_knowing_a_cost_never_attracts(mean, variance, more, stage, eta):
    acquisition = ImprovementPerExpectedCost(
        improvement=None, costs=None, eta=eta, cap_seconds=EVERYTHING, epsilon_seconds=0.1
    )
    means = np.array([mean, mean])
    variances = np.array([variance, variance])
    variances[1, stage] += more

    score, _, _ = acquisition.cost_score(means, variances, np.ones((2, 3), dtype=bool))

    assert score[1] <= score[0] + 1e-12


@given(mean=st.floats(-3.0, 3.0), variance=st.floats(0.0, 2.0), more=st.floats(0.0, 2.0))
def test_nor_does_it_where_the_cap_is_near_as_long_as_the_cost_probably_fits(mean, variance, more):
    acquisition = ImprovementPerExpectedCost(
        improvement=None, costs=None, eta=0.5, cap_seconds=np.exp(mean), epsilon_seconds=0.1
    )

    score, _, _ = acquisition.cost_score(
        np.full((2, 1), mean),
        np.array([[variance], [variance + more]]),
        np.ones((2, 1), dtype=bool),
    )

    assert score[1] <= score[0] + 1e-12


def test_the_published_form_is_attracted_by_not_knowing(published):
    runs, variance = np.ones((2, 3), dtype=bool), np.array([[0.1] * 3, [1.0] * 3])
    mean_of_equal_expected_cost = -variance / 2

    inverse, _, _ = published.log_inverse_cost(mean_of_equal_expected_cost, variance, runs)

    assert inverse[1] > inverse[0]


@pytest.mark.parametrize("name", ["default", "published"])
def test_at_equal_improvement_the_longer_cached_prefix_wins(name, request):
    acquisition = request.getfixturevalue(name)
    acquisition = acquisition() if name == "default" else acquisition
    same = np.tile([0.3, 0.6, 0.4], (3, 1))

    scores = acquisition.scores(same, RUNS[:3])

    assert np.all(np.diff(scores) > 0)


def test_a_trial_that_may_overrun_the_cap_scores_lower(default):
    x, runs = np.full((1, 3), 0.9), np.ones((1, 3), dtype=bool)

    tight, roomy = default(cap=2.0).scores(x, runs), default(cap=100.0).scores(x, runs)

    assert tight[0] < roomy[0] - 1.0


def test_the_draws_of_different_stages_are_independent():
    draws = independent_draws(4, 7)

    assert draws.shape == (256, 4)
    assert np.corrcoef(draws.T) == pytest.approx(np.eye(4), abs=0.15)


def test_one_running_stage_has_the_closed_form_of_a_lognormal(published):
    mean, variance = np.array([[0.4, 0.0, 0.0]]), np.array([[0.5, 0.0, 0.0]])
    free = ImprovementTimesInverseCost(
        improvement=published.improvement,
        costs=published.costs,
        eta=1.0,
        epsilon_seconds=1e-12,
        draws=independent_draws(3, 0),
    )

    inverse, _, _ = free.log_inverse_cost(mean, variance, np.array([[True, False, False]]))

    assert inverse[0] == pytest.approx(-0.4 + 0.25, abs=0.01)
