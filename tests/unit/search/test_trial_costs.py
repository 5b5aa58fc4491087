from dataclasses import replace

import numpy as np
import pytest

from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.search.observations import Observations
from eeipu_kfp.search.trial_costs import (
    MEAN,
    TYPICAL,
    model_all_stages,
    model_stage_sum,
    model_whole_cost,
    usual_cost,
)

MODELS = (model_whole_cost, model_stage_sum, model_all_stages, usual_cost)
RUNS = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 1]], dtype=bool)
ALL = np.ones((3, 3), dtype=bool)


@pytest.fixture
def modelled(wavy):
    def make(model, risk=TYPICAL, world=wavy):
        request = world.request(world.sample(14))
        return model(request, Observations(request), risk)

    return make


@pytest.mark.parametrize("model", MODELS)
def test_before_anything_ran_nothing_is_known(model, wavy):
    request = wavy.request()

    assert model(request, Observations(request), TYPICAL) is None


@pytest.mark.parametrize("risk", [TYPICAL, MEAN])
@pytest.mark.parametrize("model", MODELS)
def test_gradients_are_the_slopes_of_the_values(model, risk, modelled, rng):
    cost, x, step = modelled(model, risk), rng.random((3, 6)), 1e-6
    values, gradient = cost.log_cost(x, RUNS)

    for column in range(6):
        moved = np.eye(6)[column] * step
        slope = (cost.log_values(x + moved, RUNS) - cost.log_values(x - moved, RUNS)) / (2 * step)
        assert gradient[:, column] == pytest.approx(slope, rel=1e-4, abs=1e-6)
    assert values == pytest.approx(cost.log_values(x, RUNS))


@pytest.mark.parametrize("model", [model_whole_cost, model_all_stages])
def test_the_blind_see_no_difference_between_cached_and_not(model, modelled, rng):
    cost, x = modelled(model), rng.random((3, 6))

    assert cost.log_values(x, RUNS) == pytest.approx(cost.log_values(x, ALL))


@pytest.mark.parametrize("model", [model_stage_sum, usual_cost])
def test_the_others_spare_what_is_cached(model, modelled, rng):
    cost, x = modelled(model), np.tile(rng.random(6), (3, 1))

    assert np.all(np.diff(cost.log_values(x, RUNS)) < 0)


@pytest.mark.parametrize("model", MODELS)
def test_the_estimate_spares_what_is_cached_and_is_about_right(model, modelled, wavy):
    cost = modelled(model)
    new = wavy.sample(10, seed=9)
    x = Observations(wavy.request(new)).points

    whole = cost.expected_cost(x, np.ones((10, 3), dtype=bool))
    last = cost.expected_cost(x, np.tile([False, False, True], (10, 1)))

    truth = np.array([trial.spent_seconds for trial in new])
    assert np.all(last < 0.5 * whole)
    assert np.median(np.abs(np.log(whole / truth))) < 0.5


def test_a_mean_is_above_what_is_typical(modelled, rng):
    x = rng.random((3, 6))

    typical = modelled(model_whole_cost).log_values(x, ALL)

    assert np.all(modelled(model_whole_cost, MEAN).log_values(x, ALL) > typical)


def test_a_cached_stage_counts_with_the_compute_that_it_avoided(wavy):
    full = wavy.sample(8)
    cached = [
        replace(
            trial,
            stages=(
                replace(
                    trial.stages[0],
                    outcome=StageOutcome.CACHED,
                    seconds=0.0,
                    saved_seconds=trial.stages[0].seconds,
                ),
                *trial.stages[1:],
            ),
        )
        for trial in full[4:]
    ]
    x = Observations(wavy.request(full)).points

    runs = np.ones((8, 3), dtype=bool)
    found = [
        model_whole_cost(wavy.request(trials), Observations(wavy.request(trials)), TYPICAL)
        for trials in (full, [*full[:4], *cached])
    ]

    assert found[0].log_values(x, runs) == pytest.approx(found[1].log_values(x, runs))


def test_a_trial_of_which_a_stage_is_not_known_teaches_nothing_of_the_whole(wavy):
    trials = [replace(trial, stages=trial.stages[:2]) for trial in wavy.sample(4)]
    request = wavy.request(trials)

    assert model_whole_cost(request, Observations(request), TYPICAL) is None


def test_overhead_is_part_of_the_cost_and_of_the_estimate_only_where_it_is_charged(wavy):
    world = replace(wavy, overhead=50.0)
    request = world.request(world.sample(10))
    cost = model_whole_cost(request, Observations(request), TYPICAL)
    x = np.full((1, 6), 0.5)

    assert cost.log_values(x, ALL[:1]) > np.log(150.0)
    assert cost.expected_cost(x, ALL[:1]) < 50.0
