import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.values import Configuration, canonical_json
from eeipu_kfp.errors import InvalidValueError

REALS = st.floats(-1e9, 1e9)
FAR = st.floats(-1e12, 1e12)


@st.composite
def floats(draw):
    low = draw(REALS)
    return Float(low, low + draw(st.floats(1e-3, 1e9)))


@st.composite
def log_floats(draw):
    low = draw(st.floats(1e-9, 1e3))
    return Float(low, low * draw(st.floats(1.5, 1e6)), log=True)


@st.composite
def stepped_floats(draw):
    low = draw(st.integers(-1000, 1000)) / 10
    step = draw(st.sampled_from([0.1, 0.05, 0.25, 0.3, 1, 1 / 3, 2.5]))
    return Float(low, low + draw(st.integers(1, 200)) * step, step=step)


@st.composite
def ints(draw):
    low, step = draw(st.integers(-1000, 1000)), draw(st.none() | st.integers(1, 7))
    return Int(low, low + draw(st.integers(1, 100)) * (step or 1), step=step)


NUMERIC = floats() | log_floats() | stepped_floats() | ints()
CHOICES = st.lists(
    st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 0.5]) | st.text(max_size=2),
    min_size=1,
    unique_by=canonical_json,
)


@given(NUMERIC, FAR)
def test_what_is_snapped_is_allowed(domain, number):
    assert domain.contains(domain.snap(number))


@given(NUMERIC, FAR)
def test_what_is_snapped_lies_within_the_bounds(domain, number):
    assert domain.low <= domain.snap(number) <= domain.high


@given(NUMERIC, FAR)
def test_snapping_twice_changes_nothing(domain, number):
    once = domain.snap(number)

    assert canonical_json(domain.snap(once)) == canonical_json(once)


@given(NUMERIC)
def test_the_bounds_are_allowed(domain):
    assert domain.snap(-math.inf) == domain.low
    assert domain.snap(math.inf) == pytest.approx(domain.high)


@given(stepped_floats(), FAR)
def test_no_step_lies_nearer_than_the_snapped_one(domain, number):
    distance = abs(domain.snap(number) - min(max(number, domain.low), domain.high))

    assert distance <= domain.step / 2 * (1 + 1e-6)


def test_a_grid_of_tenths_is_written_as_people_write_it():
    domain = Float(0.1, 0.9, step=0.1)

    grid = [domain.snap(0.1 * k) for k in range(1, 10)]

    assert grid == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert domain.count == 9


@given(stepped_floats() | ints())
def test_a_grid_has_as_many_values_as_it_counts(domain):
    assume(domain.count <= 300)
    step = domain.step or 1

    assert len({domain.snap(domain.low + k * step) for k in range(domain.count)}) == domain.count


def test_a_real_number_is_real_even_between_whole_bounds():
    domain = Float(1, 10)

    assert canonical_json(domain.snap(3)) == "3.0"
    assert not domain.contains(3)


def test_a_whole_number_is_whole_even_between_real_bounds():
    domain = Int(1.0, 1e1, step=3.0)

    assert canonical_json(domain.snap(4.2)) == "4"
    assert canonical_json(domain.count) == "4"


def test_a_continuum_has_no_count():
    assert Float(0, 1).count is None


@pytest.mark.parametrize("value", [True, 2.0, "2", None, 0, 11, math.nan])
def test_a_whole_range_holds_whole_numbers_only(value):
    assert not Int(1, 10).contains(value)


@pytest.mark.parametrize("value", [1, True, "0.5", None, -0.1, 1.1, math.nan, math.inf])
def test_a_real_range_holds_real_numbers_only(value):
    assert not Float(0, 1).contains(value)


def test_what_lies_between_two_steps_is_not_allowed():
    assert not Float(0, 1, step=0.25).contains(0.3)
    assert not Int(0, 10, step=5).contains(4)


CONTRADICTIONS = [
    (Float, (2, 1), {}, "min 2 must be below max 1"),
    (Float, (1, 1), {}, "min 1 must be below max 1"),
    (Float, (math.nan, 1), {}, "min is nan"),
    (Float, (0, math.inf), {}, "max is inf"),
    (Float, (0, 1), {"log": True}, "min 0 of a logarithmic range must be above 0"),
    (Float, (-1, 1), {"log": True}, "min -1 of a logarithmic range must be above 0"),
    (Float, (0, 1), {"step": 0.3}, "step 0.3 does not lead from min 0 to max 1; make max 0.9"),
    (Float, (0, 1), {"step": 2}, "step 2 does not lead from min 0 to max 1; make the step 1"),
    (Float, (0, 1), {"step": 0}, "step 0 must be above 0"),
    (Float, (0, 1), {"step": -0.5}, "step -0.5 must be above 0"),
    (Float, (0, 1), {"step": math.nan}, "step is nan"),
    (Float, (1, 2), {"log": True, "step": 0.5}, "step 0.5 stands on a logarithmic range"),
    (Int, (3, 1), {}, "min 3 must be below max 1"),
    (Int, (0, 8), {"log": True}, "min 0 of a logarithmic range must be above 0"),
    (Int, (1, 10), {"step": 2}, "step 2 does not lead from min 1 to max 10; make max 9"),
    (Int, (1, 2.5), {}, "max 2.5 of a whole-number parameter is not a whole number"),
    (Int, (False, 3), {}, "min False of a whole-number parameter is not a whole number"),
    (Int, (math.nan, 3), {}, "min is nan"),
    (Int, (1, math.inf), {}, "max is inf"),
    (Categorical, ((),), {}, "choices are empty"),
    (Categorical, (("a", "b", "a"),), {}, 'choice "a" stands 2 times'),
    (Categorical, ((math.nan,),), {}, "has no JSON form"),
]


@pytest.mark.parametrize(
    ("kind", "positional", "named", "words"),
    CONTRADICTIONS,
    ids=[f"{kind.__name__}-{words}" for kind, _, _, words in CONTRADICTIONS],
)
def test_a_contradiction_is_refused(kind, positional, named, words):
    with pytest.raises(InvalidValueError, match=words):
        kind(*positional, **named)


@given(CHOICES)
def test_every_choice_is_found_at_its_place(choices):
    domain = Categorical(tuple(choices))

    assert [domain.index(choice) for choice in choices] == list(range(len(choices)))
    assert all(domain.contains(choice) for choice in choices)
    assert domain.count == len(choices)


def test_true_one_and_one_point_nought_are_three_choices():
    domain = Categorical((True, 1, 1.0, "1"))

    assert [domain.index(choice) for choice in (True, 1, 1.0, "1")] == [0, 1, 2, 3]


def test_a_list_may_be_a_choice():
    domain = Categorical(([1, 2], {"a": 1}))

    assert domain.index({"a": 1}) == 1
    assert not domain.contains([2, 1])


def test_what_is_no_choice_is_refused_with_the_choices():
    with pytest.raises(InvalidValueError, match=r'"c" is none of the choices "a", 1, true'):
        Categorical(("a", 1, True)).index("c")


def test_a_space_keeps_the_order_of_its_parameters():
    space = Space({"b": Int(1, 3), "a": Float(0, 1)})

    assert list(space) == ["b", "a"]
    assert len(space) == 2
    assert space["b"] == Int(1, 3)
    assert "Int(low=1" in repr(space)


def test_a_finite_space_counts_its_configurations():
    assert Space({"a": Int(1, 4), "b": Categorical(("x", "y"))}).count == 8


def test_a_space_with_a_continuum_has_no_count():
    assert Space({"a": Int(1, 4), "b": Float(0, 1)}).count is None


@pytest.mark.parametrize(
    ("values", "allowed"),
    [
        ({"a": 1, "b": 0.5}, True),
        ({"a": 1}, False),
        ({"a": 1, "b": 0.5, "c": 1}, False),
        ({"a": 9, "b": 0.5}, False),
        ({"a": 1.0, "b": 0.5}, False),
    ],
    ids=["allowed", "missing", "too many", "out of bounds", "wrong type"],
)
def test_a_space_holds_whole_configurations(values, allowed):
    space = Space({"a": Int(1, 4), "b": Float(0, 1)})

    assert space.contains(Configuration(values)) is allowed
