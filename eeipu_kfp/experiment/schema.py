"""The models as a structural schema: what Kubernetes takes, prunes by and shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from eeipu_kfp.experiment.documents import without_nulls
from eeipu_kfp.experiment.fields import MEANINGS
from eeipu_kfp.experiment.models import Node
from eeipu_kfp.experiment.rules import RULES, form

Schema: TypeAlias = dict[str, Any]

_NUMBER_OR_TEXT = "x-kubernetes-int-or-string"
_PLAIN = (
    *("type", "format", "enum", _NUMBER_OR_TEXT),
    *("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "required"),
)
_LARGEST_INT32 = 2**31 - 1
_RULES = {kind.__name__: rules for kind, rules in RULES.items()}


def structural(kind: type[Node]) -> Schema:
    """Return the schema of a model without references, titles and nulls."""
    found = kind.model_json_schema()
    return _structural(found, found.get("$defs", {}))


def _structural(node: Mapping[str, Any], definitions: Mapping[str, Schema]) -> Schema:
    node = _resolved(node, definitions)
    found: Schema = {}
    if "description" in node:
        found["description"] = " ".join(node["description"].split())
    found.update({key: node[key] for key in _PLAIN if key in node})
    if node.get("default") is not None:
        found["default"] = without_nulls(node["default"])
    return found | _inside(node, definitions) | _checks(node)


def _resolved(node: Mapping[str, Any], definitions: Mapping[str, Schema]) -> Mapping[str, Any]:
    """Return what a node refers to or may be beside null, under its own description."""
    if "$ref" in node:
        return {**definitions[node["$ref"].rsplit("/", 1)[-1]], **node}
    kinds = node.get("anyOf", [])
    if {"type": "null"} in kinds:
        rest = {key: value for key, value in node.items() if key not in {"anyOf", "title"}}
        return {**_resolved(kinds[0], definitions), **rest}
    return {"enum": [node["const"]], **node} if "const" in node else node


def _inside(node: Mapping[str, Any], definitions: Mapping[str, Schema]) -> Schema:
    if node.get("type") == "object":
        fields = node.get("properties", {})
        found = {name: _structural(field, definitions) for name, field in fields.items()}
        return {"properties": found} if found else {}
    if node.get("type") == "array":
        items = _structural(node["items"], definitions)
        return {**_list_type(items), "items": items}
    return _width(node) if node.get("type") == "integer" else {}


def _list_type(items: Schema) -> Schema:
    """Return how the API server tells the items of a list apart: objects by their first field."""
    if "properties" not in items:
        return {"x-kubernetes-list-type": "set"}
    return {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [next(iter(items["properties"]))],
    }


def _width(node: Mapping[str, Any]) -> Schema:
    return {"format": "int32" if node["maximum"] <= _LARGEST_INT32 else "int64"}


def _checks(node: Mapping[str, Any]) -> Schema:
    rules = _RULES.get(node.get("title", ""), ())
    pattern = node.get("pattern")
    if pattern and _NUMBER_OR_TEXT in node:
        return {"pattern": pattern}
    if pattern:
        # Unlike a pattern, a rule has words for what it asks; it would cost too much above.
        rules = (form(pattern, MEANINGS[pattern]),)
    return {"x-kubernetes-validations": [rule.document() for rule in rules]} if rules else {}
