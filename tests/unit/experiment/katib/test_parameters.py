from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.pipeline import ParameterType
from eeipu_kfp.experiment.katib.parameters import KatibParameter, read_parameter, space_of
from eeipu_kfp.experiment.problems import Problems
from tests.unit.experiment.katib.katib_documents import parameter

REAL, WHOLE, TEXT = ParameterType.DOUBLE, ParameterType.INTEGER, ParameterType.STRING


def read(kind, **space) -> KatibParameter:
    problems = Problems()
    found = read_parameter(parameter("p", kind, **space), (), path="p", problems=problems)
    problems.raise_any("the test")
    assert found is not None
    return found


def numbers(low, high, step=None):
    return {"min": low, "max": high, **({"step": step} if step else {})}


@pytest.mark.parametrize(
    ("written", "type_", "fields"),
    [
        (("double", numbers("0.1", "1")), REAL, {"uniform": numbers("0.1", "1")}),
        (("double", numbers(0.1, 1)), None, {"uniform": numbers("0.1", "1")}),
        (("int", numbers("1", "9")), WHOLE, {"uniform": numbers("1", "9")}),
        (("int", numbers("1", "9")), REAL, {"uniform": numbers("1", "9", "1")}),
        (("int", numbers("1", "9")), None, {"uniform": numbers("1", "9", "1")}),
        (("int", numbers("1", "9", "4")), WHOLE, {"uniform": numbers("1", "9", "4")}),
        (("discrete", {"list": ["4", "2", "6"]}), WHOLE, {"uniform": numbers("2", "6", "2")}),
        (("discrete", {"list": ["2", "4"]}), TEXT, {"categorical": {"choices": ["2", "4"]}}),
        (("discrete", {"list": [1, 2, 8]}), None, {"categorical": {"choices": ["1", "2", "8"]}}),
        (("discrete", {"list": ["s", "m"]}), None, {"categorical": {"choices": ["s", "m"]}}),
        (("categorical", {"list": ["1", "2"]}), None, {"categorical": {"choices": ["1", "2"]}}),
        (("categorical", {"list": ["True", "False"]}), ParameterType.BOOLEAN, {"boolean": {}}),
    ],
)
def test_a_space_has_the_same_values_as_with_katib(written, type_, fields):
    kind, space = written

    assert space_of(read(kind, **space), type_).fields == fields


@pytest.mark.parametrize(
    ("distribution", "kind", "note"),
    [
        ("uniform", "uniform", ""),
        ("logUniform", "logUniform", ""),
        ("normal", "uniform", "normal became uniform"),
        ("logNormal", "logUniform", "logNormal became logUniform"),
    ],
)
def test_a_normal_distribution_loses_its_shape_and_says_so(distribution, kind, note):
    found = space_of(read("double", min="1", max="2", distribution=distribution), REAL)

    assert list(found.fields) == [kind]
    assert found.note.startswith(note)
    assert bool(found.note) == bool(note)


def test_a_logarithmic_range_has_no_step_and_does_not_reach_zero():
    stepped = space_of(read("double", min="1", max="8", step="1", distribution="logUniform"), REAL)
    from_zero = space_of(read("double", min="0", max="8", distribution="logUniform"), REAL)

    assert stepped.fields == {"logUniform": numbers("1", "8")}
    assert "step 1 is left out" in stepped.note
    assert list(from_zero.fields) == ["uniform"]
    assert "logUniform became uniform" in from_zero.note


def test_a_range_ends_where_its_steps_end():
    found = space_of(read("double", min="0.1", max="1", step="0.4"), REAL)

    assert found.fields == {"uniform": numbers("0.1", "0.9", "0.4")}
    assert "max is 0.9" in found.note


@given(st.integers(-50, 50), st.integers(1, 40), st.integers(1, 7))
def test_steps_always_lead_to_the_end(low, width, step):
    fields = space_of(read("int", min=str(low), max=str(low + width), step=str(step)), WHOLE).fields
    found = fields["uniform"]

    distance = Decimal(found["max"]) - low
    assert distance % step == 0 or distance < step
    assert 0 < distance <= width


@pytest.mark.parametrize(
    ("kind", "space", "value"),
    [
        ("int", {"min": "3", "max": "3"}, "3"),
        ("categorical", {"list": ["a"]}, "a"),
        ("categorical", {"list": ["a", "b"]}, None),
        ("double", {"min": "1", "max": "1.5"}, None),
    ],
)
def test_a_parameter_with_one_value_is_told_apart(kind, space, value):
    assert read(kind, **space).only_value == value


def test_a_switch_is_written_as_the_document_needs_it():
    found = space_of(read("categorical", list=[True, False]), None)

    assert found.fields == {"categorical": {"choices": ["true", "false"]}}
