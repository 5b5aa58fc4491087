"""The definition by the rules of kube-api-linter and of structural schemas."""

import json

import pytest

from eeipu_kfp.experiment.crd import definition
from eeipu_kfp.experiment.models import Node
from eeipu_kfp.experiment.schema import structural

ROOT = definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
NUMBER_OR_TEXT = "x-kubernetes-int-or-string"
CONVENTIONAL_SWITCHES = {".spec.suspend"}


def walk(node, path=""):
    """Yield every node of a schema with its path."""
    yield path, node
    for name, field in node.get("properties", {}).items():
        yield from walk(field, f"{path}.{name}")
    if "items" in node:
        yield from walk(node["items"], f"{path}[]")


# What the API server itself keeps at the root has rules of its own.
NODES = {
    path: node
    for part in ("spec", "status")
    for path, node in walk(ROOT["properties"][part], f".{part}")
}
FIELDS = [path for path in NODES if not path.endswith("[]")]


def name_of(path):
    return path.rpartition(".")[2]


@pytest.mark.parametrize("path", NODES)
def test_a_node_is_of_one_kind_and_neither_fraction_nor_map(path):
    node = NODES[path]

    assert node.get("type") in {"object", "array", "string", "integer", "boolean", None}
    assert ("type" in node) is not (NUMBER_OR_TEXT in node)
    assert not {"$ref", "anyOf", "title", "const", "nullable", "additionalProperties"} & node.keys()
    assert "x-kubernetes-preserve-unknown-fields" not in node


@pytest.mark.parametrize("path", NODES)
def test_text_lists_and_integers_are_bounded(path):
    node = NODES[path]

    if node.get("type") == "string" or NUMBER_OR_TEXT in node:
        assert {"maxLength", "enum"} & node.keys() or node.get("format") == "date-time"
    if node.get("type") == "array":
        assert "maxItems" in node
    if node.get("type") == "integer":
        assert {"minimum", "maximum"} <= node.keys()
        assert node["format"] in {"int32", "int64"}


@pytest.mark.parametrize("path", [path for path in NODES if "items" in NODES[path]])
def test_a_list_says_how_its_items_are_told_apart(path):
    node = NODES[path]

    if "properties" not in node["items"]:
        assert node["x-kubernetes-list-type"] == "set"
        return
    (key,) = node["x-kubernetes-list-map-keys"]
    assert node["x-kubernetes-list-type"] == "map"
    assert key in node["items"]["required"]


@pytest.mark.parametrize("path", FIELDS)
def test_a_description_begins_with_the_fields_name_and_says_whether_it_may_be_unset(path):
    words = NODES[path]["description"]

    assert words.startswith((f"{name_of(path)} ", f"{name_of(path)}, "))
    assert any(word in words for word in ("required", "default", "unset", "unless"))
    assert "\n" not in words


@pytest.mark.parametrize("path", FIELDS)
def test_a_name_follows_the_conventions_of_kubernetes(path):
    name = name_of(path)

    assert name.isalnum()
    assert name[0].islower()
    assert not name.lower().endswith(("phase", "timestamp", "duration", "timeout"))


def test_no_field_is_a_switch_where_words_would_say_more():
    switches = {path for path, node in NODES.items() if node.get("type") == "boolean"}

    assert switches == CONVENTIONAL_SWITCHES


def test_a_field_that_is_required_is_known_and_has_no_default():
    for path, node in NODES.items():
        for name in node.get("required", ()):
            assert "default" not in node["properties"][name], path


def test_every_rule_has_a_message_and_points_at_a_field_that_exists():
    for path, node in NODES.items():
        for rule in node.get("x-kubernetes-validations", ()):
            assert rule["message"], path
            field = rule.get("fieldPath", "")
            assert not field or field[1:] in node["properties"], path


def test_a_number_without_quotes_is_checked_by_a_pattern_and_other_text_by_words():
    goal = NODES[".spec.objective.goal"]
    metric = NODES[".spec.objective.metric"]

    assert "pattern" in goal
    assert "pattern" not in metric
    assert metric["x-kubernetes-validations"][0]["message"].startswith("write `stage.output`")


def test_status_fields_are_optional_and_conditions_are_the_standard_ones():
    status = NODES[".status"]
    conditions = status["properties"]["conditions"]

    assert "required" not in status
    assert next(iter(status["properties"])) == "conditions"
    assert conditions["x-kubernetes-list-map-keys"] == ["type"]
    assert set(conditions["items"]["required"]) == {
        *("type", "status", "lastTransitionTime", "reason", "message"),
    }


def test_a_default_holds_no_null():
    defaults = [node["default"] for node in NODES.values() if "default" in node]

    assert defaults
    assert "null" not in json.dumps(defaults)


def test_a_model_without_fields_is_an_object():
    class Empty(Node):
        """Holds nothing."""

    assert structural(Empty) == {"description": "Holds nothing.", "type": "object"}
