import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.pipeline import ParameterType
from eeipu_kfp.core.values import canonical_json
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.experiment.literals import real, size_bytes, value_of, whole


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("  as it stands ", ParameterType.STRING, "  as it stands "),
        ("", ParameterType.STRING, ""),
        ("12", ParameterType.STRING, "12"),
        ("12", ParameterType.INTEGER, 12),
        ("1e2", ParameterType.INTEGER, 100),
        ("-3.0", ParameterType.INTEGER, -3),
        ("12", ParameterType.DOUBLE, 12.0),
        (".5", ParameterType.DOUBLE, 0.5),
        ("true", ParameterType.BOOLEAN, True),
        ("false", ParameterType.BOOLEAN, False),
        ("[1, [true]]", ParameterType.LIST, [1, [True]]),
        ('{"a": {"b": 1.0}}', ParameterType.STRUCT, {"a": {"b": 1.0}}),
    ],
)
def test_a_text_is_read_by_type(text, type_, value):
    assert canonical_json(value_of(text, type_)) == canonical_json(value)


@pytest.mark.parametrize(
    ("text", "type_", "words"),
    [
        ("many", ParameterType.INTEGER, '"many" is no number'),
        ("1.5", ParameterType.INTEGER, '"1.5" is no whole number'),
        ("1e300", ParameterType.INTEGER, "is no whole number up to"),
        ("1e9999999", ParameterType.INTEGER, "is no number"),
        ("nan", ParameterType.DOUBLE, '"nan" is no number'),
        ("1e999", ParameterType.DOUBLE, "finite"),
        ("1_000", ParameterType.DOUBLE, "is no number"),
        (" 1", ParameterType.DOUBLE, "is no number"),
        ("", ParameterType.DOUBLE, "is no number"),
        ("True", ParameterType.BOOLEAN, '"True" is no boolean; write `"true"` or `"false"`'),
        ("1", ParameterType.BOOLEAN, "is no boolean"),
        ("[1,", ParameterType.LIST, "is no JSON list; correct it"),
        ("[NaN]", ParameterType.LIST, "NaN is no JSON"),
        ("{}", ParameterType.LIST, r"is no JSON list; write it as \[...\]"),
        ("[]", ParameterType.STRUCT, r"is no JSON object; write it as {...}"),
        ("[" * 100_000, ParameterType.LIST, "is no JSON list"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_text_that_says_no_value_of_the_type_is_refused(text, type_, words):
    with pytest.raises(InvalidValueError, match=words):
        value_of(text, type_)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_real_number_is_read_exactly(number):
    assert real(repr(number)) == number


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_is_read_exactly(number):
    assert whole(str(number)) == number


@given(st.lists(st.integers() | st.text()))
def test_a_list_is_read_from_its_json(items):
    assert value_of(json.dumps(items), ParameterType.LIST) == items


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("512", 512), ("1k", 1000), ("1Ki", 1024), ("1.5Gi", 3 * 2**29), ("2T", 2 * 10**12)],
)
def test_a_size_is_read_with_the_suffixes_of_kubernetes(text, size):
    assert size_bytes(text) == size


@pytest.mark.parametrize("text", ["", "Gi", "ten", "-1", "10GB", "1e3"], ids=repr)
def test_what_is_no_size_is_refused(text):
    with pytest.raises(InvalidValueError, match="is no size"):
        size_bytes(text)
