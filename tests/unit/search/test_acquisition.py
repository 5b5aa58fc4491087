from dataclasses import replace

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
from tests.unit.search.tariffs import plain

KERNEL = Kernel(groups=((0, 1, 2),))
EVERYTHING = 1e9
RUNS_FIRST_TWO = np.array([[True, True, False]])


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
    return CostModels(tuple(stages), columns, plain())


@pytest.fixture
def default(improvement, costs):
    def make(eta=0.7, cap=6.0):
        return ImprovementPerExpectedCost(improvement=improvement, costs=costs, eta=eta, cap=cap)

    return make


@pytest.fixture
def published(improvement, costs):
    return ImprovementTimesInverseCost(
        improvement=improvement,
        costs=costs,
        eta=0.7,
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
        costs=CostModels((process,), ((),), plain(1)),
        eta=eta,
        cap=EVERYTHING,
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
        improvement=None, costs=CostModels((), (), plain()), eta=eta, cap=EVERYTHING
    )
    means = np.array([mean, mean])
    variances = np.array([variance, variance])
    variances[1, stage] += more

    score, _, _ = acquisition.cost_score(means, variances, np.ones((2, 3), dtype=bool))

    assert score[1] <= score[0] + 1e-12


@given(mean=st.floats(-3.0, 3.0), variance=st.floats(0.0, 2.0), more=st.floats(0.0, 2.0))
def test_nor_does_it_where_the_cap_is_near_as_long_as_the_cost_probably_fits(mean, variance, more):
    acquisition = ImprovementPerExpectedCost(
        improvement=None, costs=CostModels((), (), plain(1)), eta=0.5, cap=np.exp(mean)
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


def beside(costs, **changes):
    """The same models with another tariff."""
    return CostModels(costs.processes, tuple(map(tuple, costs.columns)), plain(**changes))


def test_where_starting_a_stage_takes_long_a_cheap_stage_is_no_longer_nearly_free(default, costs):
    acquisition = default(cap=EVERYTHING)
    slow = replace(acquisition, costs=beside(costs, running=np.array([0.0, 0.0, 20.0])))
    same = np.tile([0.3, 0.6, 0.4], (3, 1))

    gaps = [np.ptp(one.scores(same, RUNS[:3])) for one in (acquisition, slow)]

    assert 0 < gaps[1] < gaps[0] / 2


def test_overhead_that_is_not_charged_never_makes_a_trial_overrun_its_cap(default, costs):
    x, runs = np.full((1, 3), 0.5), np.ones((1, 3), dtype=bool)
    slow = beside(costs, running=np.full(3, 1e3))
    charged = beside(costs, running=np.full(3, 1e3), is_charged=True)
    acquisition = default(eta=0.0, cap=100.0)

    free, paid = (replace(acquisition, costs=c).scores(x, runs)[0] for c in (slow, charged))

    assert free == pytest.approx(acquisition.scores(x, runs)[0])
    assert paid < free - 10.0


@pytest.mark.parametrize("price", [0.01, 30.0])
def test_the_unit_of_costs_changes_no_ranking(default, costs, price, rng):
    acquisition = default(cap=6.0)
    priced = beside(costs, weights=np.full(3, price), epsilon=0.1 * price)
    points, runs = rng.random((30, 3)), RUNS[rng.integers(len(RUNS), size=30)]

    ranked = np.argsort(acquisition.scores(points, runs))
    again = np.argsort(replace(acquisition, costs=priced, cap=6.0 * price).scores(points, runs))

    assert again.tolist() == ranked.tolist()


def test_a_stage_that_is_free_costs_nothing(default, costs):
    free = beside(costs, weights=np.array([1.0, 1.0, 0.0]))
    x = np.full((2, 3), 0.5)
    runs = np.array([[True, True, True], [False, False, True]])

    expected = free.expected_cost(x, runs)
    scores, gradient = replace(default(), costs=free)(x, runs)

    assert expected[0] == pytest.approx(costs.expected_cost(x[:1], RUNS_FIRST_TWO)[0])
    assert expected[1] == 0.0
    assert np.isfinite(scores).all()
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("is_charged", [True, False])
def test_overhead_keeps_the_slopes_right(default, costs, is_charged, rng):
    slow = beside(costs, running=np.array([3.0, 1.0, 2.0]), cached=0.5, is_charged=is_charged)
    score = replace(default(cap=8.0), costs=slow).cost_score
    mean, variance = rng.standard_normal((4, 3)), rng.random((4, 3))

    _, by_mean, by_variance = score(mean, variance, RUNS)

    for k, unit in enumerate(1e-6 * np.eye(3)):
        running = RUNS[:, k]
        up, down = score(mean + unit, variance, RUNS)[0], score(mean - unit, variance, RUNS)[0]
        assert by_mean[running, k] == pytest.approx((up - down)[running] / 2e-6, rel=1e-5, abs=1e-8)
        up, down = score(mean, variance + unit, RUNS)[0], score(mean, variance - unit, RUNS)[0]
        slope = (up - down)[running] / 2e-6
        assert by_variance[running, k] == pytest.approx(slope, rel=1e-5, abs=1e-8)


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
        costs=CostModels((), (), plain(epsilon=1e-12)),
        eta=1.0,
        draws=independent_draws(3, 0),
    )

    inverse, _, _ = free.log_inverse_cost(mean, variance, np.array([[True, False, False]]))

    assert inverse[0] == pytest.approx(-0.4 + 0.25, abs=0.01)
