import math

import pytest

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import InvalidValueError


def experiment(**changes):
    fields = {
        "name": "e",
        "objective": Objective(metric="s.m"),
        "space": Space({"x": Float(0, 1)}),
        "budget": Budget(amount=60),
        **changes,
    }
    return Experiment(**fields)


@pytest.mark.parametrize("number", [0, -1, math.nan, math.inf])
@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("max_trials", "max trials"),
        ("parallel_trials", "parallel trials"),
        ("stage_timeout_seconds", "stage timeout"),
    ],
)
def test_a_limit_that_is_not_above_zero_is_refused(field, words, number):
    with pytest.raises(InvalidValueError, match=f"{words} is .* must be above 0"):
        experiment(**{field: number})


def test_an_experiment_without_a_parameter_is_refused():
    with pytest.raises(InvalidValueError, match="no parameter is tuned"):
        experiment(space=Space({}))


def test_limits_may_be_left_out():
    unlimited = experiment(max_trials=None, stage_timeout_seconds=None)

    assert unlimited.max_trials is None


def test_a_trial_gets_fixed_and_tuned_values():
    arguments = experiment(arguments={"data": "d.csv"}).arguments_for(Configuration({"x": 0.5}))

    assert arguments == {"data": "d.csv", "x": 0.5}
