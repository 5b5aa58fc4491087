import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.pipeline import ParameterType, PipelineInput
from eeipu_kfp.experiment.domains import domain_of
from eeipu_kfp.experiment.models import SearchSpace
from eeipu_kfp.experiment.problems import Problems
from eeipu_kfp.experiment.proposals import default_text, listed_space, proposed_space

NAMES = st.sampled_from(["learning_rate", "dropout", "depth", "C", "batch_size", "momentum", "x"])


def an_input(name, type_, default):
    return PipelineInput(name=name, type=type_, default=default)


def domain(fields, tuned):
    problems = Problems()
    found = domain_of(SearchSpace.model_validate(fields), tuned, path="here", problems=problems)
    problems.raise_any("the proposal")
    return found


@given(NAMES, st.floats(0, 1e15) | st.none())
def test_a_range_of_real_numbers_is_sound_and_holds_the_default(name, default):
    tuned = an_input(name, ParameterType.DOUBLE, default)
    space = proposed_space(tuned)

    if space is not None:
        assert default is None or domain(space, tuned).contains(default)


@given(NAMES, st.integers(0, 10**9) | st.none())
def test_a_range_of_whole_numbers_is_sound_and_holds_the_default(name, default):
    tuned = an_input(name, ParameterType.INTEGER, default)

    found = domain(proposed_space(tuned), tuned)

    assert default is None or found.contains(default)


@pytest.mark.parametrize(
    ("name", "default", "space"),
    [
        ("learning_rate", 0.001, {"logUniform": {"min": "0.0001", "max": "0.01"}}),
        ("lr", 0.1, {"logUniform": {"min": "0.01", "max": "1"}}),
        ("C", 1.0, {"logUniform": {"min": "0.1", "max": "10"}}),
        ("dropout", 0.5, {"uniform": {"min": "0.25", "max": "0.75"}}),
        ("subsample", 1.0, {"uniform": {"min": "0.5", "max": "1"}}),
        ("weight", 3.0, {"uniform": {"min": "1.5", "max": "6"}}),
        ("noise", 0.0, {"uniform": {"min": 0, "max": "0.5"}}),
        ("tiny", 1e-6, {"logUniform": {"min": "1e-07", "max": "1e-05"}}),
        ("learning_rate", None, {"logUniform": {"min": "1e-05", "max": "0.1"}}),
        ("share", None, {"uniform": {"min": 0, "max": 1}}),
        ("offset", -2.0, None),
        ("huge", 1e30, None),
    ],
)
def test_a_real_number_is_proposed_by_name_and_default(name, default, space):
    assert proposed_space(an_input(name, ParameterType.DOUBLE, default)) == space


@pytest.mark.parametrize(
    ("name", "default", "space"),
    [
        ("batch_size", 64, {"logUniform": {"min": 16, "max": 256}}),
        ("depth", 3, {"uniform": {"min": 1, "max": 6}}),
        ("depth", 1, {"uniform": {"min": 1, "max": 4}}),
        ("lag", 0, {"uniform": {"min": 0, "max": 10}}),
        ("depth", None, {"logUniform": {"min": 1, "max": 100}}),
        ("depth", -1, None),
        ("random_state", 0, None),
        ("n_jobs", 2, None),
    ],
)
def test_a_whole_number_is_proposed_by_name_and_default(name, default, space):
    assert proposed_space(an_input(name, ParameterType.INTEGER, default)) == space


def test_a_boolean_is_tried_both_ways():
    assert proposed_space(an_input("x", ParameterType.BOOLEAN, False)) == {"boolean": {}}  # noqa: FBT003


@pytest.mark.parametrize(
    "type_", [ParameterType.STRING, ParameterType.LIST, ParameterType.STRUCT], ids=str
)
def test_for_what_has_no_range_none_is_proposed(type_):
    assert proposed_space(an_input("x", type_, None)) is None


@pytest.mark.parametrize(
    ("type_", "default", "text"),
    [
        (ParameterType.STRING, "a b", "a b"),
        (ParameterType.STRING, None, ""),
        (ParameterType.LIST, [1, "a"], '[1, "a"]'),
        (ParameterType.STRUCT, None, "{}"),
        (ParameterType.BOOLEAN, True, "true"),
        (ParameterType.DOUBLE, 0.5, "0.5"),
    ],
)
def test_a_default_is_written_as_a_document_has_it(type_, default, text):
    fixed = an_input("x", type_, default)

    assert default_text(fixed) == text
    assert listed_space(fixed) == {"categorical": {"choices": [text]}}
    assert domain(listed_space(fixed), fixed).count == 1
