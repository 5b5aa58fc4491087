"""Search spaces to begin with, guessed from a pipeline input's type, default and name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from eeipu_kfp.core.pipeline import ParameterType, PipelineInput
from eeipu_kfp.core.values import Value

SpaceFields: TypeAlias = Mapping[str, Mapping[str, Any]]
"""The fields of a `searchSpace` as a document has them."""

_SMALLEST, _LARGEST = 1e-12, 1e12
_MANY = 16
_NOT_TUNED = re.compile(
    r"(^|_)(seed|random_state|jobs|workers|threads|port|verbose|verbosity|version|id)($|_)",
    re.IGNORECASE,
)
_OF_MANY_SCALES = re.compile(
    r"(^|_)(lr|learning_rate|decay|alpha|lambda|reg|regularization|l1|l2|c|gamma|tol|tolerance"
    r"|eps|epsilon|penalty)($|_)",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    r"(^|_)(dropout|fraction|ratio|split|share|subsample|colsample|momentum|threshold"
    r"|prob|probability|quantile)($|_)",
    re.IGNORECASE,
)


def proposed_space(tuned: PipelineInput) -> SpaceFields | None:
    """Return a search space that holds the input's default; None where it had better stay fixed."""
    if _NOT_TUNED.search(tuned.name):
        return None
    if tuned.type is ParameterType.BOOLEAN:
        return {"boolean": {}}
    if tuned.type is ParameterType.INTEGER:
        return _whole_range(tuned)
    if tuned.type is ParameterType.DOUBLE:
        return _real_range(tuned)
    return None


def listed_space(tuned: PipelineInput) -> SpaceFields:
    """Return a categorical search space whose only choice is the input's default so far."""
    return {"categorical": {"choices": [default_text(tuned)]}}


def default_text(fixed: PipelineInput) -> str:
    """Return an input's default as a document writes it; the emptiest value where it has none."""
    return _EMPTIEST[fixed.type] if fixed.default is None else _text(fixed.default)


def _whole_range(tuned: PipelineInput) -> SpaceFields | None:
    if tuned.default is None:
        return _log(1, 100)
    default = int(tuned.default)  # type: ignore[arg-type]  # a number, by the input's type
    if not 0 <= default <= _LARGEST:
        return None
    if default >= _MANY:
        return _log(default // 4, default * 4)
    return _even(1, max(4, 2 * default)) if default else _even(0, 10)


def _real_range(tuned: PipelineInput) -> SpaceFields | None:
    log = bool(_OF_MANY_SCALES.search(tuned.name))
    if tuned.default is None:
        return _log(1e-5, 0.1) if log else _even(0, 1)
    default = float(tuned.default)  # type: ignore[arg-type]  # a number, by the input's type
    if default == 0:
        return _even(0, 0.5)
    if not _SMALLEST <= default <= _LARGEST:
        return None
    if _FRACTION.search(tuned.name) and default <= 1:
        return _even(default / 2, (1 + default) / 2)
    if log or not 0.01 <= default <= 100:  # noqa: PLR2004  # about the scales people think evenly in
        return _log(default / 10, default * 10)
    return _even(default / 2, default * 2)


def _log(low: float, high: float) -> SpaceFields:
    return {"logUniform": {"min": _number(low), "max": _number(high)}}


def _even(low: float, high: float) -> SpaceFields:
    return {"uniform": {"min": _number(low), "max": _number(high)}}


def _number(number: float) -> int | str:
    return number if isinstance(number, int) else f"{number:.3g}"


def _text(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


_EMPTIEST = {
    ParameterType.STRING: "",
    ParameterType.INTEGER: "0",
    ParameterType.DOUBLE: "0",
    ParameterType.BOOLEAN: "false",
    ParameterType.LIST: "[]",
    ParameterType.STRUCT: "{}",
}
