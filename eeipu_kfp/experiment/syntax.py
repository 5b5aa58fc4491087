"""YAML as experiment documents are written in it: what Kubernetes reads, and nothing doubtful."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, ClassVar

import yaml

from eeipu_kfp.errors import SpecError

_BOOLEANS = "y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF"
_RARE_BREAK = re.compile("[\r\x85\u2028\u2029]")
_SCALARS = (
    ("bool", rf"^({_BOOLEANS})$", "yYnNtTfFoO"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("float", r"^[-+]?[0-9]+[eE][-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$", "-+."),
    ("null", r"^(~|null|Null|NULL|)$", ("~", "n", "N", "")),
)


class _Loader(yaml.SafeLoader):
    """Reads no dates and no base-60 numbers, and refuses a key that stands twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # as the base class has it
    bool_values: ClassVar[dict[str, bool]] = {
        **yaml.SafeLoader.bool_values,
        "y": True,
        "n": False,
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002  # the base class asks for it
        seen: set[str] = set()
        for key, _ in node.value:
            text = str(key.value)
            if text in seen:
                problem = f"key `{text}` stands twice in one mapping"
                raise yaml.constructor.ConstructorError(
                    problem=problem, problem_mark=key.start_mark
                )
            seen.add(text)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """Puts in quotes what the loader would not read as text, and shows lines as lines."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # as the base class has it

    def represent_text(self, text: str) -> yaml.ScalarNode:
        lines = "|" if "\n" in text and not _RARE_BREAK.search(text) else _quotes(text)
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=lines)


class _LineDumper(_Dumper):
    """Keeps everything on one line."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=_quotes(text))


def _quotes(text: str) -> str | None:
    return '"' if "\n" in text or _RARE_BREAK.search(text) else None


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_text(text))
for _tag, _pattern, _first in _SCALARS:
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first)
        )


def read_yaml(text: str, *, source: str) -> object:
    """Return the one document of a YAML text.

    Args:
        text: The YAML text.
        source: Where it comes from, for messages.

    Raises:
        SpecError: It is no YAML, is empty, holds several documents, or a key stands twice.
    """
    try:
        documents = [d for d in yaml.load_all(text, Loader=_Loader) if d is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        message = f"{source} is no YAML that can be read: {_reason(error)}"
        raise SpecError(message, hint="correct it there") from error
    if not documents:
        message = f"{source} is empty"
        raise SpecError(message, hint="write one with `eeipu init PIPELINE`")
    if len(documents) > 1:
        message = f"{source} holds {len(documents)} documents, but one is allowed"
        raise SpecError(message, hint="keep each experiment in a file of its own")
    return documents[0]


def write_yaml(document: object) -> str:
    """Return a document as YAML that reads back as the same document."""
    return yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False
    )


def write_inline(document: object) -> str:
    """Return a mapping or a list as YAML on one line."""
    line = yaml.dump(
        document,
        Dumper=_LineDumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=True,
        width=float("inf"),
    )
    return line.strip()


def _reason(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"{error.problem} (line {mark.line + 1}, column {mark.column + 1})"
    if isinstance(error, yaml.reader.ReaderError):
        return f"character {error.character!r} at position {error.position} is not allowed in text"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error)
