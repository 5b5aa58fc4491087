import sys

import pytest

from benchmarks.problems.bbob import BBOB_FUNCTIONS, bbob
from eeipu_kfp.errors import InvalidValueError


@pytest.mark.parametrize("name", BBOB_FUNCTIONS)
def test_no_value_exceeds_the_optimum_that_the_suite_tells(name):
    found = bbob(name)

    assert all(found.value(configuration) < found.optimum for configuration in found.warm_up(1))


def test_every_stage_owns_two_coordinates_and_the_first_is_the_dearest():
    found = bbob("bbob-rosenbrock")
    middle = dict.fromkeys(found.space, 0.0)

    seconds = [stage.seconds(middle) for stage in found.pipeline.stages]

    assert [len(stage.reads) for stage in found.pipeline.stages] == [2, 2, 2]
    assert seconds == sorted(seconds, reverse=True)


def test_stages_interact():
    found = bbob("bbob-rotated-rastrigin")
    zero = dict.fromkeys(found.space, 0.0)

    def gain(values):
        return found.value({**values, "x00": 1.3}) - found.value({**values, "x00": 0.0})

    assert gain(zero) != pytest.approx(gain({**zero, "x20": 2.1}))


def test_without_the_suite_one_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cocoex", None)

    with pytest.raises(InvalidValueError, match="coco-experiment"):
        bbob("bbob-rosenbrock")
