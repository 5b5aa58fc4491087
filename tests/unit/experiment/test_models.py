import pytest
from pydantic import ValidationError

from eeipu_kfp.experiment.models import OneOf, Store, TuningExperiment
from tests.unit.experiment.samples import DOCUMENT

SCHEMA = TuningExperiment.model_json_schema()
OBJECTS = {"TuningExperiment": SCHEMA} | {
    name: node for name, node in SCHEMA["$defs"].items() if node["type"] == "object"
}
FIELDS = {
    f"{kind}.{name}": (name, field)
    for kind, node in OBJECTS.items()
    for name, field in node.get("properties", {}).items()
}


def parts(field):
    """A field's schema, or what it may be where it may also be unset."""
    kinds = field.get("anyOf", [field])
    return [kind for kind in kinds if kind.get("type") != "null"]


@pytest.mark.parametrize("field", FIELDS, ids=FIELDS)
def test_a_description_begins_with_the_fields_name_and_says_whether_it_may_be_unset(field):
    name, schema = FIELDS[field]
    words = schema["description"]

    assert words.startswith((f"{name} ", f"{name}, "))
    assert any(word in words for word in ("required", "default", "unset"))


@pytest.mark.parametrize("field", FIELDS, ids=FIELDS)
def test_a_field_is_of_one_structural_kind_and_bounded(field):
    kinds = parts(FIELDS[field][1])
    kind = kinds[0]

    if "x-kubernetes-int-or-string" in kind or kind == {"type": "integer"}:
        return
    assert len(kinds) == 1
    assert kind.get("type") != "number"
    if kind.get("type") == "string":
        assert {"maxLength", "const", "enum"} & kind.keys()
    if kind.get("type") == "array":
        assert "maxItems" in kind
    if kind.get("type") == "integer":
        assert {"minimum", "maximum"} <= kind.keys()


@pytest.mark.parametrize("kind", OBJECTS, ids=OBJECTS)
def test_an_object_is_closed_and_described(kind):
    assert OBJECTS[kind]["additionalProperties"] is False
    assert OBJECTS[kind]["description"]


def test_a_document_cannot_be_changed():
    document = TuningExperiment.model_validate(DOCUMENT)

    with pytest.raises(ValidationError, match="frozen"):
        document.spec.parallel_trials = 4


@pytest.mark.parametrize("kind", OneOf.__subclasses__(), ids=lambda kind: kind.__name__)
def test_a_choice_has_no_required_field(kind):
    assert all(not field.is_required() for field in kind.model_fields.values())


def test_exactly_one_kind_is_taken():
    assert Store.model_validate({"directory": {"path": "x"}}).s3 is None
    with pytest.raises(ValidationError, match="0 are set"):
        Store.model_validate({})
    with pytest.raises(ValidationError, match="2 are set"):
        Store.model_validate(
            {"directory": {"path": "x"}, "s3": {"endpoint": "http://m", "bucket": "abc"}}
        )
