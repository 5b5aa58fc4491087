"""Text of a document as a value of a pipeline input."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NoReturn

from eeipu_kfp.core.pipeline import ParameterType
from eeipu_kfp.core.values import Value
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.experiment.fields import MEANINGS, NUMBER, SIZE
from eeipu_kfp.experiment.problems import shown

_LARGEST_WHOLE = 2**53
_BYTES = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}


def value_of(text: str, type_: ParameterType) -> Value:
    """Return what a text says, read by the type of a pipeline input.

    Raises:
        InvalidValueError: It says no value of that type.
    """
    return _READERS[type_](text)


def real(text: str) -> float:
    """Return a finite real number.

    Raises:
        InvalidValueError: The text says none.
    """
    if not re.fullmatch(NUMBER, text):
        _refuse(text, "number", f"write {MEANINGS[NUMBER]}")
    number = float(text)
    if not math.isfinite(number):
        _refuse(text, "finite number", "choose one between -1.7e308 and 1.7e308")
    return number


def whole(text: str) -> int:
    """Return a whole number, small enough for Kubeflow Pipelines to hold it exactly.

    Raises:
        InvalidValueError: The text says none.
    """
    number = real(text)
    if not number.is_integer():
        _refuse(text, "whole number", "leave the fraction out")
    if abs(number) > _LARGEST_WHOLE:
        _refuse(
            text, "whole number up to 2^53, beyond which pipelines round", "choose a smaller one"
        )
    return int(Decimal(text))


def size_bytes(text: str) -> int:
    """Return a size such as `10Gi` in bytes.

    Raises:
        InvalidValueError: The text is no size.
    """
    if not re.fullmatch(SIZE, text):
        _refuse(text, "size", f"write {MEANINGS[SIZE]}")
    number = text.rstrip("kKMGTi")
    return int(Decimal(number) * _BYTES[text.removeprefix(number)])


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        _refuse(text, "boolean", 'write `"true"` or `"false"`')
    return text == "true"


def _json(text: str, kind: type[list[object] | dict[str, object]], name: str) -> Value:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        _refuse(text, f"JSON {name}", f"correct it: {error}")
    if not isinstance(value, kind):
        _refuse(text, f"JSON {name}", f"write it as {'[...]' if kind is list else '{...}'}")
    return value


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is no JSON"
    raise ValueError(message)


def _refuse(text: str, what: str, hint: str) -> NoReturn:
    message = f"{shown(text)} is no {what}"
    raise InvalidValueError(message, hint=hint)


_READERS: Mapping[ParameterType, Callable[[str], Value]] = {
    ParameterType.STRING: str,
    ParameterType.INTEGER: whole,
    ParameterType.DOUBLE: real,
    ParameterType.BOOLEAN: _boolean,
    ParameterType.LIST: lambda text: _json(text, list, "list"),
    ParameterType.STRUCT: lambda text: _json(text, dict, "object"),
}
