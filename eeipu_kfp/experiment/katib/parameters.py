"""Katib's parameters: what they may be, and where their values come from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from eeipu_kfp.core.pipeline import ParameterType
from eeipu_kfp.experiment.literals import real
from eeipu_kfp.experiment.problems import Problems, shown
from eeipu_kfp.experiment.proposals import SpaceFields

_RANGES = ("double", "int")
_LISTS = ("discrete", "categorical")
_LOGARITHMIC = ("logUniform", "logNormal")
_NORMAL = ("normal", "logNormal")


@dataclass(frozen=True, slots=True, kw_only=True)
class KatibParameter:
    """A parameter of a Katib experiment.

    Attributes:
        name: Its name.
        kind: `double`, `int`, `discrete` or `categorical`.
        low: Smallest value, as written; empty for a list.
        high: Largest value, as written; empty for a list.
        step: Distance of neighbouring values, as written; empty where none is given.
        distribution: How values are drawn; empty where it is left to Katib.
        choices: The values of a list, as written.
        aliases: What the trial template calls it.
    """

    name: str
    kind: str
    low: str = ""
    high: str = ""
    step: str = ""
    distribution: str = ""
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def only_value(self) -> str | None:
        """The one value that it may take; None where there are several."""
        if self.kind in _LISTS:
            return self.choices[0] if len(self.choices) == 1 else None
        return self.low if real(self.low) == real(self.high) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KatibSpace:
    """Where the values of a parameter come from here.

    Attributes:
        fields: The `searchSpace` of the document.
        note: What is not as it was with Katib; may be empty.
    """

    fields: SpaceFields
    note: str = ""


def read_parameter(
    written: Mapping[str, Any], aliases: Sequence[str], *, path: str, problems: Problems
) -> KatibParameter | None:
    """Return a parameter; None where something is wrong with it.

    Args:
        written: The parameter as the document has it.
        aliases: What the trial template calls it.
        path: Where in the document it stands.
        problems: Takes what is wrong.
    """
    kind, space = written.get("parameterType"), written.get("feasibleSpace") or {}
    if kind not in (*_RANGES, *_LISTS):
        message = f"{shown(kind)} is no type of a parameter"
        problems.add(f"{path}.parameterType", message, "write double, int, discrete or categorical")
        return None
    texts = {field: _text(space.get(field)) for field in ("min", "max", "step", "distribution")}
    choices = tuple(_text(choice) for choice in space.get("list") or ())
    if not _is_complete(kind, texts, choices, path=f"{path}.feasibleSpace", problems=problems):
        return None
    return KatibParameter(
        name=str(written.get("name", "")),
        kind=kind,
        low=texts["min"],
        high=texts["max"],
        step=texts["step"],
        distribution=texts["distribution"],
        choices=choices,
        aliases=tuple(aliases),
    )


def space_of(parameter: KatibParameter, type_: ParameterType | None) -> KatibSpace:
    """Return the search space of a parameter that has more than one value.

    Args:
        parameter: The parameter.
        type_: The type of the pipeline input that it is for; None where that is not known.
    """
    if parameter.kind in _LISTS:
        return _listed(parameter, type_)
    if parameter.distribution in _LOGARITHMIC and real(parameter.low) > 0:
        return _logarithmic(parameter)
    return _even(parameter, type_)


def _is_complete(
    kind: str, texts: Mapping[str, str], choices: Sequence[str], *, path: str, problems: Problems
) -> bool:
    if kind in _LISTS:
        if not choices:
            problems.add(f"{path}.list", "missing", "list the values that may be tried")
        return bool(choices)
    needed = [field for field in ("min", "max", "step") if texts[field] or field != "step"]
    numbers = [
        problems.attempt(f"{path}.{field}", lambda field=field: real(texts[field]))  # type: ignore[misc]  # bound now
        for field in needed
    ]
    return None not in numbers


def _listed(parameter: KatibParameter, type_: ParameterType | None) -> KatibSpace:
    if type_ is ParameterType.BOOLEAN:
        texts = [choice.lower() for choice in parameter.choices]
        is_both = set(texts) == {"true", "false"}
        return KatibSpace(fields={"boolean": {}} if is_both else _choices(texts))
    grid = _grid(parameter.choices) if type_ is not ParameterType.STRING else None
    if parameter.kind == "discrete" and grid is not None:
        return KatibSpace(fields={"uniform": grid})
    note = "the search sees no order among its values" if parameter.kind == "discrete" else ""
    return KatibSpace(fields=_choices(parameter.choices), note=note)


def _choices(texts: Sequence[str]) -> SpaceFields:
    return {"categorical": {"choices": list(texts)}}


def _grid(texts: Sequence[str]) -> Mapping[str, str] | None:
    """Return the range with a step that has just these values; None where there is none."""
    try:
        numbers = sorted({Decimal(text) for text in texts})
    except ArithmeticError:
        return None
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    if len(steps) != 1 or not all(number.is_finite() for number in numbers):
        return None
    return {"min": f"{numbers[0]}", "max": f"{numbers[-1]}", "step": f"{steps.pop()}"}


def _logarithmic(parameter: KatibParameter) -> KatibSpace:
    notes = []
    if parameter.distribution in _NORMAL:
        notes.append("logNormal became logUniform over the same bounds")
    if parameter.step:
        notes.append(f"step {parameter.step} is left out, since a logarithmic range has no steps")
    fields = {"logUniform": {"min": parameter.low, "max": parameter.high}}
    return KatibSpace(fields=fields, note="; ".join(notes))


def _even(parameter: KatibParameter, type_: ParameterType | None) -> KatibSpace:
    notes = []
    if parameter.distribution in (*_NORMAL, *_LOGARITHMIC):
        notes.append(f"{parameter.distribution} became uniform over the same bounds")
    is_stepwise = parameter.kind == "int" and type_ is not ParameterType.INTEGER
    step = parameter.step or ("1" if is_stepwise else "")
    high = _reached(parameter.low, parameter.high, step) if step else parameter.high
    if Decimal(high) != Decimal(parameter.high):
        notes.append(f"max is {high}, the last value that step {step} comes to")
    fields = {"min": parameter.low, "max": high, **({"step": step} if step else {})}
    return KatibSpace(fields={"uniform": fields}, note="; ".join(notes))


def _reached(low: str, high: str, step: str) -> str:
    """Return the last value up to `high` that steps from `low` come to; `high` if there is none."""
    distance, width = Decimal(high) - Decimal(low), Decimal(step)
    if width <= 0 or distance < width or not distance % width:
        return high
    return f"{Decimal(high) - distance % width}"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
