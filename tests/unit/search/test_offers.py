from dataclasses import replace

import numpy as np
import pytest

from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.suggestion import Stop
from eeipu_kfp.search.cost_models import StageMedians
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.offers import Offers, every, is_exhausted, select, untried
from tests.unit.search.tariffs import plain


def offers(world, trials, configurations):
    request = world.request(trials)
    return request, Offers.of(request, Encoding(world.space), configurations)


def test_what_was_tried_or_stands_twice_is_left_out(wavy):
    old, new = wavy.sample(1), wavy.sample(2)[1].configuration

    _, found = offers(wavy, old, [old[0].configuration, new, new])

    assert found.configurations == (new,)
    assert found.runs.tolist() == [[True, True, True]]


def test_the_best_affordable_offer_is_chosen(wavy):
    old = wavy.sample(1)
    cheap = old[0].configuration.updated({"c1": 0.5})
    full = wavy.sample(3)
    request, found = offers(wavy, old, [cheap, full[1].configuration, full[2].configuration])
    medians = StageMedians(costs=np.array([10.0, 10.0, 1.0]), tariff=plain())
    scores = np.array([1.0, 3.0, 2.0])

    rich = select(request, found, medians, scores=scores)
    poor = select(replace(request, remaining=5.0), found, medians, scores=scores)
    broke = select(replace(request, remaining=0.5), found, medians, scores=scores)

    assert rich.configuration == full[1].configuration
    assert poor.configuration == cheap
    assert poor.reason == "reuses prepare and base of trial 1: runs meta for about 1 s"
    assert isinstance(broke, Stop)
    assert (
        broke.message == "the cheapest trial would take about 1 s, but 0.5 s of the budget are left"
    )


def test_before_anything_is_known_everything_is_allowed(wavy):
    request, found = offers(wavy, [], [wavy.sample(1)[0].configuration])

    answer = select(replace(request, remaining=1e-9), found, None, label="warm-up 1 of 14")

    assert answer.expected_cost is None
    assert answer.reason == "warm-up 1 of 14: runs every stage"


@pytest.mark.parametrize(
    ("domain", "values"),
    [
        (Int(2, 8, step=3), [2, 5, 8]),
        (Float(0.0, 0.3, step=0.1), [0.0, 0.1, 0.2, 0.3]),
        (Categorical(("a", True)), ["a", True]),
    ],
    ids=["int", "float", "choice"],
)
def test_a_finite_space_can_be_listed(domain, values):
    assert [configuration["p"] for configuration in every(Space({"p": domain}))] == values


def test_a_continuous_space_is_never_exhausted(wavy):
    assert not is_exhausted(wavy.request(wavy.sample(5)))


def test_a_finite_space_is_exhausted_with_its_last_configuration(discrete):
    trials, _ = discrete.play("random")

    assert not is_exhausted(discrete.request(trials[:-1]))
    assert is_exhausted(discrete.request(trials))


def test_the_last_untried_configuration_is_found(discrete):
    trials, _ = discrete.play("random")

    found = untried(discrete.request(trials[:-1]), Encoding(discrete.space))

    assert found.configurations == (trials[-1].configuration,)


def test_a_huge_space_is_not_listed(make_world):
    world = make_world({"a": Int(1, 10**15)}, ("a",))

    assert untried(world.request(), Encoding(world.space)).configurations
