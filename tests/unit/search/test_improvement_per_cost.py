import numpy as np
import pytest

from eeipu_kfp.search.acquisition import ExpectedImprovement, log_h
from eeipu_kfp.search.improvement_per_cost import GittinsIndex, ImprovementPerCost, inverse_log_h
from eeipu_kfp.search.objective_model import model_objective
from eeipu_kfp.search.observations import Observations
from eeipu_kfp.search.trial_costs import MEAN, model_stage_sum

RUNS = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1]], dtype=bool)


@pytest.fixture
def parts(wavy):
    request = wavy.request(wavy.sample(14))
    seen = Observations(request)
    model = model_objective(seen, wavy.pipeline, 14)
    return ExpectedImprovement(model=model), model_stage_sum(request, seen, MEAN)


@pytest.fixture
def scores(parts):
    improvement, cost = parts
    return {
        "per cost": ImprovementPerCost(improvement=improvement, cost=cost, eta=0.7),
        "gittins": GittinsIndex(model=improvement.model, cost=cost, log_rate=np.log(1e-3)),
        "dear": GittinsIndex(model=improvement.model, cost=cost, log_rate=5.0),
    }


@pytest.mark.parametrize("name", ["per cost", "gittins", "dear"])
def test_gradients_are_the_slopes_of_the_scores(name, scores, rng):
    score, x, step = scores[name], rng.random((4, 6)), 1e-6
    values, gradient = score(x, RUNS)

    for column in range(6):
        moved = np.eye(6)[column] * step
        slope = (score.scores(x + moved, RUNS) - score.scores(x - moved, RUNS)) / (2 * step)
        assert gradient[:, column] == pytest.approx(slope, rel=1e-4, abs=1e-5)
    assert values == pytest.approx(score.scores(x, RUNS))


def test_without_an_exponent_cost_makes_no_difference(parts, rng):
    improvement, cost = parts
    x = rng.random((4, 6))

    blind = ImprovementPerCost(improvement=improvement, cost=cost, eta=0.0)

    assert blind.scores(x, RUNS) == pytest.approx(improvement.scores(x, RUNS))


def test_ln_h_is_inverted_from_one_tail_to_the_other():
    values = np.concatenate([-np.logspace(6, -6, 200), np.logspace(-6, np.log10(300), 200)])

    assert log_h(inverse_log_h(values)) == pytest.approx(values, rel=1e-9, abs=1e-9)


def test_the_improvement_over_the_index_is_worth_the_cost(parts, rng):
    improvement, cost = parts
    process, x, rate = improvement.model.process, rng.random((4, 6)), 1e-3
    index = GittinsIndex(model=improvement.model, cost=cost, log_rate=np.log(rate))

    g = process.scale.offset + process.scale.factor * index.scores(x, RUNS)

    mean, variance = process.moments(x)
    sigma = np.sqrt(variance)
    expected = sigma * np.exp(log_h((mean - g) / sigma))
    worth = rate * process.scale.factor * np.exp(cost.log_values(x, RUNS))
    assert expected == pytest.approx(worth, rel=1e-9)


def test_a_trial_with_less_to_run_has_a_higher_index(scores, rng):
    x = np.tile(rng.random(6), (3, 1))

    assert np.all(np.diff(scores["gittins"].scores(x, RUNS[:3])) > 0)
