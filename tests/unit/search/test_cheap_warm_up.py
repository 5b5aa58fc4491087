from dataclasses import replace

import numpy as np
import pytest

from eeipu_kfp.search.cheap_warm_up import CheapWarmUp, survivors
from eeipu_kfp.search.encoding import Encoding


def test_an_asked_for_length_is_kept(wavy):
    request = wavy.request(wavy.sample(3), warm_up_trials=7)

    assert CheapWarmUp().fitted_to(request).length(request) == 7


def test_it_ends_once_an_eighth_of_the_budget_is_spent(wavy):
    world = replace(wavy, budget=400.0)
    trials = world.sample(30)
    spent = np.cumsum([trial.spent_seconds for trial in trials])
    ended = int(np.argmax(spent >= 50.0)) + 1

    assert CheapWarmUp().length(world.request(trials)) == ended
    assert CheapWarmUp().length(world.request(trials[: ended - 1])) == ended


def test_it_takes_no_more_than_a_third_of_a_finite_space(discrete):
    request = discrete.request(discrete.sample(6))

    assert CheapWarmUp().length(request) == 4


def test_the_costliest_and_the_nearest_go_in_turn():
    points = np.array([[0.0], [0.3], [0.6], [1.0]])
    costs = np.array([1.0, 1.0, 1.0, 9.0])

    assert survivors(points, costs, np.array([[0.5]]))[-1] == 3
    assert survivors(points, costs, np.array([[0.1]]))[-2] == 0


def test_before_the_first_trial_cost_alone_decides():
    order = survivors(np.zeros((3, 1)), np.array([2.0, 3.0, 1.0]), np.zeros((0, 1)))

    assert order == [2, 0, 1]


def test_what_it_proposes_is_cheaper_than_chance(wavy):
    trials = wavy.sample(12)
    request = wavy.request(trials)

    proposed = CheapWarmUp().proposals(request, Encoding(wavy.space), 12)

    def cost(configuration):
        return wavy.run([], configuration).spent_seconds

    assert len(proposed) == 64
    assert cost(proposed[0]) < np.median([cost(configuration) for configuration in proposed])


@pytest.mark.parametrize("number", [0, 1, 5])
def test_proposals_lie_in_the_space(number, discrete):
    request = discrete.request(discrete.sample(number))

    proposed = CheapWarmUp().proposals(request, Encoding(discrete.space), number)

    assert all(discrete.space.contains(configuration) for configuration in proposed)
