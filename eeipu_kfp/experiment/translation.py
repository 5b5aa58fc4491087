"""Pydantic's errors in the words of the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from eeipu_kfp.experiment.fields import MEANINGS
from eeipu_kfp.experiment.models import DUPLICATE_NAME, EXACTLY_ONE, TuningExperiment
from eeipu_kfp.experiment.nearest import advice
from eeipu_kfp.experiment.problems import Problems, shown

_Location: TypeAlias = tuple[int | str, ...]
_Words: TypeAlias = tuple[str, str]


def translated(error: ValidationError) -> Problems:
    """Return the problems that a failed validation has found, in the document's order."""
    problems = Problems()
    for detail in error.errors(include_url=False):
        if not _is_echo(detail):
            problems.add(path_of(_location(detail)), *_words(detail))
    return problems


def path_of(location: _Location) -> str:
    """Return a location as a path, such as `spec.parameters[2].name`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".")


def _is_echo(detail: ErrorDetails) -> bool:
    """Whether a list counts as too short only because its items are wrong."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _location(detail: ErrorDetails) -> _Location:
    if detail["type"] == DUPLICATE_NAME:
        return (*detail["loc"], detail["ctx"]["place"], "name")
    return detail["loc"]


def _words(detail: ErrorDetails) -> _Words:
    words = _WORDS.get(detail["type"])
    return words(detail) if words else (detail["msg"].lower(), "")


def _missing(detail: ErrorDetails) -> _Words:
    description = str(_schema_at(detail["loc"]).get("description", ""))
    meaning = " ".join(description.removesuffix("; required.").split())
    return "missing", f"add it: {meaning}"


def _unknown_field(detail: ErrorDetails) -> _Words:
    *parent, name = detail["loc"]
    known = list(_resolved(_schema_at(tuple(parent))).get("properties", {}))
    return "there is no such field", advice(str(name), known)


def _no_name(detail: ErrorDetails) -> _Words:
    return f"field {shown(detail['input'])} has no name", "name each field by a word"


def _no_mapping(detail: ErrorDetails) -> _Words:
    return f"{shown(detail['input'])} is no mapping", "write its fields below it as `name: value`"


def _no_list(detail: ErrorDetails) -> _Words:
    return f"{shown(detail['input'])} is no list", "begin each item with `- `"


def _no_text(detail: ErrorDetails) -> _Words:
    value = detail["input"]
    if isinstance(value, float):
        reason = "since the Kubernetes API takes no bare fractions"
        return (
            f"{value!r} is written without quotes",
            f'write it in quotes, `"{value!r}"`, {reason}',
        )
    if isinstance(value, dict | list):
        return f"{shown(value)} is no text", "write one value"
    return f"{shown(value)} is no text", f'write it in quotes, `"{shown(value)}"`'


def _no_whole_number(detail: ErrorDetails) -> _Words:
    return f"{shown(detail['input'])} is no whole number", "write digits only, without quotes"


def _no_switch(detail: ErrorDetails) -> _Words:
    return f"{shown(detail['input'])} is neither true nor false", "write `true` or `false`"


def _mismatch(detail: ErrorDetails) -> _Words:
    meaning = MEANINGS[detail["ctx"]["pattern"]]
    return f"{shown(detail['input'])} is not of the form allowed", f"write {meaning}"


def _empty(detail: ErrorDetails) -> _Words:
    return f"{shown(detail['input'])} is empty", "fill it in"


def _too_long(detail: ErrorDetails) -> _Words:
    got, most = len(detail["input"]), detail["ctx"]["max_length"]
    return f"length {got} is above the most allowed, {most}", "shorten it"


def _too_small(detail: ErrorDetails) -> _Words:
    least = detail["ctx"]["ge"]
    return f"{detail['input']} is below the least allowed, {least}", f"write {least} or more"


def _too_large(detail: ErrorDetails) -> _Words:
    most = detail["ctx"]["le"]
    return f"{detail['input']} is above the most allowed, {most}", f"write {most} or less"


def _no_choice(detail: ErrorDetails) -> _Words:
    allowed = str(detail["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
    return f"{shown(detail['input'])} is not allowed", advice(str(detail["input"]), allowed)


def _not_one(detail: ErrorDetails) -> _Words:
    known = _resolved(_schema_at(detail["loc"])).get("properties", {})
    allowed = [name for name, schema in known.items() if schema.get("default", "") is None]
    given = ", ".join(f"`{name}`" for name in detail["input"] if name in allowed)
    message = f"{given} exclude each other" if given else "it is empty"
    return message, f"write exactly one of {', '.join(f'`{name}`' for name in allowed)}"


def _duplicate(detail: ErrorDetails) -> _Words:
    name, first = detail["ctx"]["name"], detail["ctx"]["first"]
    return f"`{name}` stands under [{first}] already", "remove one of them, or correct the name"


_WORDS: Mapping[str, Callable[[ErrorDetails], _Words]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_field,
    "invalid_key": _no_name,
    "model_type": _no_mapping,
    "dict_type": _no_mapping,
    "tuple_type": _no_list,
    "string_type": _no_text,
    "int_type": _no_whole_number,
    "bool_type": _no_switch,
    "string_pattern_mismatch": _mismatch,
    "string_too_short": _empty,
    "too_short": _empty,
    "string_too_long": _too_long,
    "too_long": _too_long,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "literal_error": _no_choice,
    "enum": _no_choice,
    EXACTLY_ONE: _not_one,
    DUPLICATE_NAME: _duplicate,
}


def _schema_at(location: _Location) -> Mapping[str, Any]:
    """Return the JSON schema of the field at a location, its own description first."""
    node: Mapping[str, Any] = _SCHEMA
    for part in location:
        inside = _resolved(node)
        node = inside.get("items", {}) if isinstance(part, int) else inside["properties"][part]
    return node


def _resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a node stands for: what it refers to, or its kind that is not null."""
    if "$ref" in node:
        return _SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[-1]]  # type: ignore[no-any-return]  # JSON
    return _resolved(node["anyOf"][0]) if "anyOf" in node else node


_SCHEMA: dict[str, Any] = TuningExperiment.model_json_schema()
