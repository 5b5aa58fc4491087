import pytest
from pydantic import TypeAdapter, ValidationError

from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.models import TuningExperiment
from eeipu_kfp.experiment.translation import path_of, translated
from tests.unit.experiment.samples import edited


def message_of(document):
    with pytest.raises(ValidationError) as caught:
        TuningExperiment.model_validate(document)
    with pytest.raises(SpecError) as translation:
        translated(caught.value).raise_any("x.yaml")
    return str(translation.value)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ((), ""),
        (("spec",), "spec"),
        (("spec", "parameters", 2, "searchSpace"), "spec.parameters[2].searchSpace"),
        (("choices", 0), "choices[0]"),
    ],
    ids=str,
)
def test_a_path_is_written_as_in_a_program(location, path):
    assert path_of(location) == path


def test_nothing_of_pydantic_shows_through():
    spoilt = edited(
        ("spec/budget", 5),
        ("spec/objective/goal", 0.5),
        ("spec/parameters", "x"),
        ("spec/cache/store", {}),
        ("spec/suspend", 1),
        ("spec/extra", 1),
    )

    message = message_of(spoilt)

    assert len(message.splitlines()) == 7
    assert "Input should" not in message
    assert "pydantic" not in message.lower()


def test_a_list_whose_items_are_wrong_is_not_called_empty_too():
    message = message_of(edited(("spec/parameters", [5])))

    assert message.startswith("`spec.parameters[0]`: 5 is no mapping")


@pytest.mark.parametrize("key", [5, 0.5, True, None], ids=repr)
def test_a_field_without_a_name_is_told(key):
    assert "has no name; name each field" in message_of(edited(("spec/budget", {key: 1})))


def test_an_error_of_a_kind_without_words_keeps_its_own():
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(bytes).validate_python(5)

    with pytest.raises(SpecError, match="valid bytes"):
        translated(caught.value).raise_any("x.yaml")
