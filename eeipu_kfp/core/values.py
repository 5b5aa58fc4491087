"""Parameter values and the configurations made of them."""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from eeipu_kfp.errors import InvalidValueError

Value: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any]
"""What a KFP parameter can hold: any JSON value but null."""


def canonical_json(document: object) -> str:
    """Return the one JSON text of a document: sorted keys, no spaces, shortest exact floats.

    Two documents are the same exactly if their texts are equal, so `1`, `1.0` and `true` differ.

    Raises:
        InvalidValueError: The document holds a NaN, an infinity, or something JSON has no word for.
    """
    try:
        return json.dumps(
            document, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False
        )
    except (TypeError, ValueError) as error:
        message = f"value {reprlib.repr(document)} has no JSON form: {error}"
        raise InvalidValueError(message) from error


class Configuration(Mapping[str, Value]):
    """A value for every parameter; immutable, and equal only where the canonical JSON is equal."""

    __slots__ = ("_values", "canonical")

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)
        self.canonical = canonical_json(self._values)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Configuration) and self.canonical == other.canonical

    def __hash__(self) -> int:
        return hash(self.canonical)

    def __repr__(self) -> str:
        return f"Configuration({self._values!r})"

    def restricted_to(self, names: Iterable[str]) -> Configuration:
        """Return the values of some parameters only; names without a value are passed over."""
        return Configuration({name: self._values[name] for name in names if name in self._values})

    def updated(self, values: Mapping[str, Value]) -> Configuration:
        """Return a copy in which some values are replaced."""
        return Configuration({**self._values, **values})


def finite(number: float, what: str) -> float:
    """Return a number that is neither NaN nor infinite.

    Raises:
        InvalidValueError: It is; the message names `what`.
    """
    if not math.isfinite(number):
        message = f"{what} is {number}, but must be a finite number"
        raise InvalidValueError(message)
    return number
