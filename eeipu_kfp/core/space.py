"""The search space: which values each tuned parameter may take."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from eeipu_kfp.core.values import Configuration, Value, canonical_json, finite
from eeipu_kfp.errors import InvalidValueError

_RELATIVE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Float:
    """A real number in [low, high].

    Attributes:
        low: Smallest value.
        high: Largest value.
        log: Whether the logarithm is what varies evenly; `low` must be above 0 then.
        step: Distance of neighbouring values counted from `low`; None for a continuum.

    Raises:
        InvalidValueError: Bounds, scale or step contradict each other.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        _check_range(self.low, self.high, log=self.log, step=self.step)
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))

    @property
    def count(self) -> int | None:
        """How many values there are; None for a continuum."""
        return None if self.step is None else _steps(self.low, self.high, self.step) + 1

    def snap(self, value: float) -> float:
        """Return the nearest allowed value: clipped to the bounds, on the grid, a float."""
        clipped = min(max(float(value), self.low), self.high)
        if self.step is None:
            return clipped + 0.0
        index = round((clipped - self.low) / self.step)
        exact = Decimal(repr(self.low)) + index * Decimal(repr(float(self.step)))
        return min(float(exact), self.high)

    def contains(self, value: object) -> bool:
        """Whether a value is allowed, and is written the way `snap` writes it."""
        return isinstance(value, float) and math.isfinite(value) and self.snap(value) == value


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number in [low, high]; attributes and errors as for `Float`."""

    low: int
    high: int
    log: bool = False
    step: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", _whole(self.low, "min"))
        object.__setattr__(self, "high", _whole(self.high, "max"))
        if self.step is not None:
            object.__setattr__(self, "step", _whole(self.step, "step"))
        _check_range(self.low, self.high, log=self.log, step=self.step)

    @property
    def count(self) -> int:
        """How many values there are."""
        return (self.high - self.low) // (self.step or 1) + 1

    def snap(self, value: float) -> int:
        """Return the nearest allowed value."""
        step = self.step or 1
        clipped = min(max(value, self.low), self.high)
        return self.low + round((clipped - self.low) / step) * step

    def contains(self, value: object) -> bool:
        """Whether a value is allowed."""
        return isinstance(value, int) and not isinstance(value, bool) and self.snap(value) == value


@dataclass(frozen=True, slots=True)
class Categorical:
    """One of a few values without an order; booleans are the choices `(False, True)`.

    Raises:
        InvalidValueError: There is no choice, or one of them stands twice.
    """

    choices: tuple[Value, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", tuple(self.choices))
        if not self.choices:
            message = "choices are empty, but at least one is needed"
            raise InvalidValueError(message, hint="list the values that may be tried")
        texts = [canonical_json(choice) for choice in self.choices]
        for text in texts:
            if texts.count(text) > 1:
                message = f"choice {text} stands {texts.count(text)} times"
                raise InvalidValueError(message, hint="list every choice once")

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.choices)

    def index(self, value: Value) -> int:
        """Return the position of a choice.

        Raises:
            InvalidValueError: It is no choice.
        """
        text = canonical_json(value)
        for position, choice in enumerate(self.choices):
            if canonical_json(choice) == text:
                return position
        allowed = ", ".join(canonical_json(choice) for choice in self.choices)
        message = f"{text} is none of the choices {allowed}"
        raise InvalidValueError(message)

    def contains(self, value: object) -> bool:
        """Whether a value is one of the choices."""
        text = canonical_json(value)
        return any(canonical_json(choice) == text for choice in self.choices)


Domain: TypeAlias = Float | Int | Categorical


class Space(Mapping[str, Domain]):
    """The tuned parameters by name, in a fixed order."""

    __slots__ = ("_domains",)

    def __init__(self, domains: Mapping[str, Domain]) -> None:
        self._domains = dict(domains)

    def __getitem__(self, name: str) -> Domain:
        return self._domains[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._domains)

    def __len__(self) -> int:
        return len(self._domains)

    def __repr__(self) -> str:
        return f"Space({dict(self._domains)!r})"

    @property
    def count(self) -> int | None:
        """How many configurations there are; None where a parameter is continuous."""
        counts = [domain.count for domain in self._domains.values()]
        return None if None in counts else math.prod(count for count in counts if count)

    def contains(self, configuration: Configuration) -> bool:
        """Whether a configuration has an allowed value for every parameter, and no other."""
        return configuration.keys() == self._domains.keys() and all(
            domain.contains(configuration[name]) for name, domain in self._domains.items()
        )


def _whole(number: float, what: str) -> int:
    if isinstance(number, bool) or finite(number, what) != int(number):
        message = f"{what} {number!r} of a whole-number parameter is not a whole number"
        raise InvalidValueError(message, hint="leave the fraction out")
    return int(number)


def _steps(low: float, high: float, step: float) -> int:
    return round((high - low) / step)


def _check_range(low: float, high: float, *, log: bool, step: float | None) -> None:
    finite(low, "min")
    finite(high, "max")
    if low >= high:
        message = f"min {low} must be below max {high}"
        raise InvalidValueError(message, hint="swap them, or fix the value under `arguments`")
    if log and low <= 0:
        message = f"min {low} of a logarithmic range must be above 0"
        raise InvalidValueError(message, hint="raise min, or use `uniform`")
    if step is not None:
        _check_step(low, high, log=log, step=step)


def _check_step(low: float, high: float, *, log: bool, step: float) -> None:
    finite(step, "step")
    if step <= 0:
        message = f"step {step} must be above 0"
        raise InvalidValueError(message, hint="write the distance between neighbouring values")
    if log:
        message = f"step {step} stands on a logarithmic range, which has no even steps"
        raise InvalidValueError(message, hint="leave step out, or use `uniform`")
    steps = (high - low) / step
    if not math.isclose(steps, round(steps), rel_tol=_RELATIVE_TOLERANCE):
        message = f"step {step} does not lead from min {low} to max {high}"
        if step > high - low:
            raise InvalidValueError(message, hint=f"make the step {high - low:g} or less")
        largest = low + math.floor(steps) * step
        raise InvalidValueError(message, hint=f"make max {largest:g}, or change the step")
