import warnings
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.export.distributions import distributions, values


def both(domain, value):
    space = Space({"p": domain})
    return distributions(space)["p"], values(space, {"p": value})["p"]


@pytest.mark.parametrize(
    ("domain", "distribution"),
    [
        (Float(0.0, 1.0), FloatDistribution(0.0, 1.0)),
        (Float(1e-4, 1.0, log=True), FloatDistribution(1e-4, 1.0, log=True)),
        (Float(0.1, 0.7, step=0.2), FloatDistribution(0.1, 0.7, step=0.2)),
        (Int(1, 9), IntDistribution(1, 9)),
        (Int(1, 9, step=4), IntDistribution(1, 9, step=4)),
        (Int(1, 512, log=True), IntDistribution(1, 512, log=True)),
        (Categorical(("a", "b")), CategoricalDistribution(("a", "b"))),
        (Categorical((False, True)), CategoricalDistribution((False, True))),
        (Categorical((1, 2.5, "x")), CategoricalDistribution((1, 2.5, "x"))),
    ],
    ids=str,
)
def test_a_domain_keeps_its_range_scale_and_steps(domain, distribution):
    assert distributions(Space({"p": domain}))["p"] == distribution


@pytest.mark.parametrize(
    "choices", [(1, 1.0), (True, 1), (0.0, False, "a"), ([1], [2]), ({"a": 1}, "b")], ids=str
)
def test_choices_that_optuna_cannot_hold_or_tell_apart_become_json(choices):
    domain = Categorical(choices)

    kept = [both(domain, choice)[1] for choice in choices]
    distribution = distributions(Space({"p": domain}))["p"]

    assert all(isinstance(choice, str) for choice in distribution.choices)
    assert [distribution.to_internal_repr(choice) for choice in kept] == list(range(len(choices)))


@given(
    low=st.decimals(-100, 100, places=3),
    step=st.decimals("0.001", 10, places=3),
    count=st.integers(1, 40),
    pick=st.integers(0, 40),
)
def test_optuna_takes_every_value_of_a_grid_without_a_word(low, step, count, pick):
    domain = Float(float(low), float(low + step * count), step=float(step))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        distribution, value = both(domain, domain.snap(float(low + step * min(pick, count))))

    assert distribution.step == float(step)
    assert distribution._contains(distribution.to_internal_repr(value))


@given(low=st.floats(-1e3, 1e3), high=st.floats(-1e3, 1e3), count=st.integers(1, 30))
def test_steps_that_have_no_end_as_decimals_lose_no_value(low, high, count):
    assume(high - low > 1e-3)
    try:
        domain = Float(low, high, step=(high - low) / count)
    except InvalidValueError:
        assume(False)  # noqa: FBT003  # the ends are too close for such steps

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for pick in range(count + 1):
            distribution, value = both(domain, domain.snap(low + pick * (high - low) / count))
            assert distribution._contains(distribution.to_internal_repr(value))


def test_a_third_has_no_grid_in_optuna():
    third = distributions(Space({"p": Float(0.0, 1.0, step=1 / 3)}))["p"]

    assert third == FloatDistribution(0.0, 1.0)
    assert Decimal(repr(1 / 3)) * 3 != 1


@given(st.integers(1, 50), st.integers(1, 9), st.integers(1, 20), st.integers(0, 20))
def test_optuna_takes_every_whole_number(low, step, count, pick):
    domain = Int(low, low + step * count, step=step)

    distribution, value = both(domain, domain.snap(low + step * min(pick, count)))

    assert distribution._contains(distribution.to_internal_repr(value))
