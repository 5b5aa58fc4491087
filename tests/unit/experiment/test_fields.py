import re

import pytest
from pydantic import TypeAdapter, ValidationError

from eeipu_kfp.experiment import fields


@pytest.mark.parametrize(
    "text", ["0", "-1", "+1.5", "1.", ".5", "1e-4", "1E+3", "-2.5e10"], ids=str
)
def test_a_number_may_be_written_in_any_usual_way(text):
    assert TypeAdapter(fields.NumberText).validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "nan", "inf", "1e", "1e1000", "0x10", "1_000", " 1", "1 ", "1,5", "e5", "--1"],
    ids=repr,
)
def test_what_is_no_finite_number_is_refused(text):
    with pytest.raises(ValidationError):
        TypeAdapter(fields.NumberText).validate_python(text)


@pytest.mark.parametrize(
    "kind", [fields.NumberText, fields.SizeText, fields.ValueText], ids=["number", "size", "value"]
)
def test_a_bare_whole_number_is_its_text(kind):
    assert TypeAdapter(kind).validate_python(12) == "12"


@pytest.mark.parametrize("value", [True, 0.5, None, [1]], ids=repr)
def test_nothing_else_becomes_text(value):
    with pytest.raises(ValidationError):
        TypeAdapter(fields.ValueText).validate_python(value)


@pytest.mark.parametrize("text", ["0", "10Gi", "1.5T", "500M", "7Ki"])
def test_a_size_is_a_number_with_a_suffix(text):
    assert TypeAdapter(fields.SizeText).validate_python(text) == text


@pytest.mark.parametrize("text", ["-1", "10GB", "Gi", "1 Gi", "1e3"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValidationError):
        TypeAdapter(fields.SizeText).validate_python(text)


@pytest.mark.parametrize("pattern", fields.MEANINGS, ids=str)
def test_every_pattern_is_anchored_and_explained(pattern):
    assert pattern.startswith("^")
    assert pattern.endswith("$")
    assert re.compile(pattern)
    assert fields.MEANINGS[pattern]
