"""What the chart's values decide elsewhere; `python -m helm.generation` writes it again.

The values schema and the README's table follow from `values.yaml` and its comments, the manifests
from the rendered chart, for which `helm` must be on the PATH.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
CHART = ROOT / "helm" / "eeipu-kfp"
VALUES = CHART / "values.yaml"
MANIFESTS = ROOT / "manifests"

_TYPES = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
_TABLE = re.compile(r"(?<=<!-- values -->\n).*(?=<!-- end of values -->)", re.DOTALL)
_HELM_HOOKS = re.compile(r" *annotations:\n(?: *helm\.sh/.*\n)+")
_HELM_LABEL = re.compile(r" *(helm\.sh/chart|app\.kubernetes\.io/managed-by): .*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A key of `values.yaml`.

    Attributes:
        path: The keys that lead to it, its own last.
        default: What it holds.
        description: What its comment says of it.
        rules: JSON schema keywords that narrow what it may hold.
        members: The keys below it, where the chart knows them all.
    """

    path: tuple[str, ...]
    default: Any
    description: str
    rules: Mapping[str, Any]
    members: tuple[Value, ...] = ()


def read_values(text: str) -> tuple[Value, ...]:
    """Return the keys that the text of a `values.yaml` describes."""
    return tuple(_members(yaml.compose(text), (), text.splitlines()))


def schema(values: tuple[Value, ...]) -> str:
    """Return the JSON schema that Helm holds values against; it allows no other keys."""
    document = {"$schema": "http://json-schema.org/draft-07/schema#", **_closed(values)}
    # Helm hands its own `global` to every chart.
    document["properties"]["global"] = {"type": "object"}
    return json.dumps(document, indent=2) + "\n"


def readme(text: str, values: tuple[Value, ...]) -> str:
    """Return the README's text with the table of all values renewed."""
    rows = [
        f"| `{'.'.join(value.path)}` | `{json.dumps(value.default)}` | {value.description} |"
        for value in _leaves(values)
    ]
    table = "\n".join(("| Value | Default | Meaning |", "| --- | --- | --- |", *rows, ""))
    return _TABLE.sub(lambda _: table, text)


def manifest(templates: str) -> str:
    """Return what a folder of the chart's templates renders to, without what Helm alone reads.

    Raises:
        subprocess.CalledProcessError: Helm refuses the chart.
    """
    command = ("helm", "template", "eeipu-kfp", str(CHART), "--namespace=kubeflow")
    shown = f"--show-only=templates/{templates}/*.yaml"
    rendered = subprocess.run(  # noqa: S603 - nothing in the command comes from outside
        (*command, shown), check=True, stdout=subprocess.PIPE, text=True
    )
    return _HELM_HOOKS.sub("", _HELM_LABEL.sub("", rendered.stdout))


def chart_documents() -> dict[Path, str]:
    """Return the text of each generated file of the chart."""
    values = read_values(VALUES.read_text())
    page = CHART / "README.md"
    return {
        CHART / "values.schema.json": schema(values),
        page: readme(page.read_text(), values),
    }


def manifest_documents() -> dict[Path, str]:
    """Return the text of each manifest that the chart decides."""
    return {
        MANIFESTS / f"{name}.yaml": manifest(name) for name in ("rbac", "controller", "pipeline")
    }


def _members(node: Any, path: tuple[str, ...], lines: list[str]) -> Iterator[Value]:
    for key, content in node.value:
        comment = _comment_above(key.start_mark.line, lines)
        here = (*path, key.value)
        rules = yaml.safe_load(f"{{{', '.join(re.findall(r'@schema (.*)', comment))}}}")
        opaque = not isinstance(content, yaml.MappingNode) or "additionalProperties" in rules
        yield Value(
            path=here,
            default=yaml.safe_load(yaml.serialize(content)),
            description=" ".join(re.sub(r"@schema .*", "", comment).removeprefix("-- ").split()),
            rules=rules,
            members=() if opaque else tuple(_members(content, here, lines)),
        )


def _comment_above(line: int, lines: list[str]) -> str:
    start = line
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return "\n".join(text.lstrip(" #") for text in lines[start:line])


def _closed(values: tuple[Value, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {value.path[-1]: _property(value) for value in values},
    }


def _property(value: Value) -> dict[str, Any]:
    if value.members:
        return _closed(value.members)
    return {
        "type": _TYPES[type(value.default)],
        "description": value.description,
        "default": value.default,
        **value.rules,
    }


def _leaves(values: tuple[Value, ...]) -> Iterator[Value]:
    for value in values:
        yield from _leaves(value.members) if value.members else (value,)


if __name__ == "__main__":
    # The manifests are rendered last, because Helm checks the values against the schema.
    for documents in (chart_documents, manifest_documents):
        for file, content in documents().items():
            file.write_text(content)
