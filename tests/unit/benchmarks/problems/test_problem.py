import numpy as np
import pytest

from benchmarks.problems.problem import (
    WARM_UP_TRIALS,
    chain,
    draw,
    numbers,
    random_warm_up,
    values_of,
)
from eeipu_kfp.core.space import Categorical, Float, Int, Space

SPACE = Space({"x": Float(0.0, 1.0), "n": Int(1, 9, step=4), "kind": Categorical(("a", "b"))})


def pipeline():
    reads = {"first": ("x",), "second": ("n", "kind")}
    return chain("two", reads, lambda stage, values: len(stage) * values["x"], lambda _: 1.0)


def test_every_stage_of_a_chain_follows_the_one_before():
    assert [stage.upstream for stage in pipeline().stages] == [(), ("first",)]


def test_every_stage_of_a_chain_has_a_cost_of_its_own():
    seconds = [stage.seconds({"x": 0.5}) for stage in pipeline().stages]

    assert seconds == [2.5, 3.0]


def test_a_warm_up_has_different_configurations_of_the_space():
    begun = random_warm_up(SPACE, 1)

    assert len(set(begun)) == WARM_UP_TRIALS
    assert all(SPACE.contains(configuration) for configuration in begun)


def test_the_same_seed_draws_the_same_configuration():
    first, second, other = (draw(SPACE, np.random.default_rng(s)) for s in (1, 1, 2))

    assert first == second != other


@pytest.mark.parametrize(
    ("name", "values"), [("n", [1, 5, 9]), ("kind", ["a", "b"])], ids=["whole", "choice"]
)
def test_values_of_a_finite_domain_are_listed_in_order(name, values):
    assert values_of(SPACE[name]) == values


def test_numbers_are_in_the_order_asked_for():
    assert numbers({"a": 1, "b": 2.5}, ("b", "a")).tolist() == [2.5, 1.0]
