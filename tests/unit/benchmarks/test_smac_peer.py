import logging

import pytest

from benchmarks.smac_peer import _inner, _outer, ask_smac
from eeipu_kfp.core.space import Categorical, Float, Int
from tests.unit.benchmarks.test_peers import asked
from tests.unit.benchmarks.test_positions import SPACE


@pytest.mark.parametrize(
    ("domain", "value", "inner"),
    [
        (Int(2, 10, step=4), 6, 1),
        (Float(0.5, 1.0, step=0.25), 1.0, 2),
        (Float(1e-3, 1.0, log=True), 0.25, 0.25),
        (Categorical(("a", "b")), 1, 1),
    ],
    ids=["whole", "stepped", "continuous", "position"],
)
def test_a_grid_is_given_by_the_number_of_its_steps(domain, value, inner):
    assert _inner(domain, value) == inner
    assert _outer(domain, inner) == value


@pytest.mark.filterwarnings("ignore")
def test_smac_proposes_one_configuration_of_the_space():
    (proposed,) = ask_smac(asked(11))

    assert SPACE.contains(proposed)


@pytest.mark.filterwarnings("ignore")
def test_smac_leaves_the_loggers_of_others_alone():
    root = logging.getLogger()
    before = root.level, tuple(root.handlers)

    ask_smac(asked(2))

    assert (root.level, tuple(root.handlers)) == before
