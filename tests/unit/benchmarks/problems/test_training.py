import numpy as np
import pytest

from benchmarks.problems.problem import draw
from benchmarks.problems.training import OPTIMUM, SPACE, quality, seconds, training
from eeipu_kfp.search.encoding import Encoding

FOUND = {
    "rows": 18499,
    "minimum_length": 22,
    "sequence": 512,
    "log2_vocabulary": 13,
    "rate": 0.000575440,
    "log2_batch": 5,
    "epochs": 20,
    "log2_width": 9,
    "temperature": 2.7,
    "mixture": 0.65,
    "distil_epochs": 10,
    "smoothing": 0.0199526,
    "threshold": 0.462,
}
"""What differential evolution found."""


def test_the_optimum_is_the_value_where_it_was_found():
    assert quality(FOUND) == pytest.approx(OPTIMUM, abs=1e-5)


@pytest.mark.parametrize("name", SPACE)
def test_no_single_parameter_leads_beyond_the_optimum(name):
    column = list(SPACE).index(name)
    points = np.repeat(Encoding(SPACE).encode([FOUND]), 201, axis=0)
    points[:, column] = np.linspace(0.0, 1.0, 201)

    values = [quality({**FOUND, name: Encoding(SPACE).decode(x)[name]}) for x in points]

    assert max(values) <= OPTIMUM + 1e-6


def test_no_random_configuration_beats_the_optimum():
    rng = np.random.default_rng(0)

    assert all(quality(draw(SPACE, rng)) < OPTIMUM for _ in range(500))


def test_good_models_are_dear():
    rng = np.random.default_rng(0)
    sample = sorted((draw(SPACE, rng) for _ in range(500)), key=quality)
    costs = [training().cost(x) for x in sample]

    assert np.median(costs[-50:]) > 1.5 * np.median(costs)


def test_upstream_parameters_drive_the_cost_of_training():
    rng = np.random.default_rng(0)
    usual = dict(draw(SPACE, rng))

    few, many = ({**usual, "rows": rows} for rows in (1_000, 50_000))

    assert seconds("train", many) > seconds("train", few)
    assert seconds("distil", many) > seconds("distil", few)


def test_the_warm_up_is_the_same_for_the_same_seed_alone():
    found = training()

    assert found.warm_up(1) == found.warm_up(1)
    assert found.warm_up(1) != found.warm_up(2)
