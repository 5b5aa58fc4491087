import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.values import Configuration, canonical_json, finite
from eeipu_kfp.errors import InvalidValueError

JSON = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(min_size=1, max_size=3)
CONFIGURATIONS = st.dictionaries(NAMES, JSON, max_size=4).map(Configuration)


def test_whole_real_and_boolean_ones_differ():
    texts = {canonical_json(value) for value in [[1], [1.0], [True], ["1"]]}

    assert len(texts) == 4


def test_the_order_of_keys_makes_no_difference():
    assert canonical_json({"a": 1, "b": [2, 3]}) == canonical_json({"b": [2, 3], "a": 1})


def test_the_order_of_a_list_makes_a_difference():
    assert canonical_json([1, 2]) != canonical_json([2, 1])


def test_the_text_has_no_spaces_and_keeps_letters_of_all_languages():
    assert canonical_json({"b": 1, "ä": [0.1]}) == '{"b":1,"ä":[0.1]}'


@given(JSON)
def test_a_canonical_text_reads_back_as_the_same_document(document):
    assert canonical_json(json.loads(canonical_json(document))) == canonical_json(document)


@pytest.mark.parametrize(
    "document",
    [math.nan, math.inf, [-math.inf], {"a": math.nan}, object(), {1, 2}],
    ids=["nan", "infinity", "in a list", "in a mapping", "object", "set"],
)
def test_what_json_has_no_word_for_is_refused(document):
    with pytest.raises(InvalidValueError, match="has no JSON form"):
        canonical_json(document)


def test_configurations_are_equal_where_the_json_is():
    one, other = Configuration({"a": 1, "b": 2}), Configuration({"b": 2, "a": 1})

    assert one == other
    assert hash(one) == hash(other)


def test_configurations_with_a_whole_and_a_real_one_differ():
    assert (
        len({Configuration({"a": 1}), Configuration({"a": 1.0}), Configuration({"a": True})}) == 3
    )


def test_a_configuration_is_no_plain_mapping():
    assert Configuration({"a": 1}) != {"a": 1}


def test_a_configuration_does_not_follow_the_mapping_it_was_made_of():
    values = {"a": 1}
    configuration = Configuration(values)

    values["a"] = 2

    assert configuration["a"] == 1


def test_a_configuration_shows_its_values():
    assert repr(Configuration({"a": 1})) == "Configuration({'a': 1})"


@given(CONFIGURATIONS, st.lists(NAMES))
def test_a_restricted_configuration_holds_the_named_values_and_no_others(configuration, names):
    part = configuration.restricted_to(names)

    assert set(part) == set(configuration) & set(names)
    assert all(part[name] == configuration[name] for name in part)


@given(CONFIGURATIONS, CONFIGURATIONS)
def test_an_update_wins_and_leaves_the_rest_alone(configuration, update):
    result = configuration.updated(update)

    assert result.restricted_to(update) == update
    rest = set(configuration) - set(update)
    assert result.restricted_to(rest) == configuration.restricted_to(rest)
    assert len(result) == len(rest) + len(update)


def test_a_finite_number_passes():
    assert finite(0.5, "goal") == 0.5


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused_by_name(number):
    with pytest.raises(InvalidValueError, match=r"goal is .* finite"):
        finite(number, "goal")
