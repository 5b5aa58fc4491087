"""Numbers, times and configurations as people read them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.values import Value, canonical_json

_UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"))
_STAYS_IN_UNIT = {"d": 2.0, "h": 2.0, "min": 10.0, "s": 0.0}
_PLAIN_BELOW = 1e6
_PLAIN_FROM = 1e-3
_LEAST_PERCENT = 0.1
_LONGEST_VALUE = 60
_WHOLE_FROM = 1_000
_TWO_DIGITS = 10


def unit_of(seconds: float) -> tuple[float, str]:
    """Return the unit that suits a time: its length in seconds and its symbol."""
    return next(
        (length, symbol)
        for length, symbol in _UNITS
        if abs(seconds) >= length * _STAYS_IN_UNIT[symbol]
    )


def duration(seconds: float, *, like: float | None = None) -> str:
    """Return a time with its unit, such as `63 s`, `12.5 min` or `5.2 h`.

    Args:
        seconds: The time.
        like: Another time whose unit is to be used, so that both can be compared.
    """
    length, symbol = unit_of(seconds if like is None else like)
    return f"{_short(seconds / length)} {symbol}"


def cost(budget: Budget, amount: float, *, like: float | None = None) -> str:
    """Return an amount of a budget with its unit: a time, or money.

    Args:
        budget: Its unit.
        amount: The amount.
        like: Another amount, whose unit of time is to be used.
    """
    if budget.prices:
        return f"{number(amount)} {budget.currency}"
    return duration(amount, like=like)


def charged(budget: Budget, time: str = "time") -> str:
    """Return what a budget is spent in: compute time, time, or the currency."""
    if budget.prices:
        return budget.currency
    return time if budget.counts_overhead else f"compute {time}"


def time_tick(seconds: float, *, like: float) -> str:
    """Return a round time with its unit, without a needless zero."""
    return duration(seconds, like=like).replace(".0 ", " ")


def number(value: float) -> str:
    """Return a number with four significant digits, without needless zeros."""
    size = abs(value)
    if value == int(value) and size < _PLAIN_BELOW:
        return f"{int(value):,}"
    if _WHOLE_FROM <= size < _PLAIN_BELOW:
        return f"{value:,.0f}"
    if size and not _PLAIN_FROM <= size < _PLAIN_BELOW:
        return tidy_exponent(f"{value:.3e}")
    return f"{value:.4g}"


def tidy_exponent(text: str) -> str:
    """Return `1.2e12` for `1.200e+12`."""
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"


def value(given: Value) -> str:
    """Return a parameter value: floats with four significant digits, words without quotes.

    A long one is cut.
    """
    if isinstance(given, str):
        return shorten(given, _LONGEST_VALUE)
    if isinstance(given, float):
        return number(given).replace(",", "")
    return shorten(canonical_json(given), _LONGEST_VALUE)


def assignments(values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return `depth=3` and `rate=0.01` for a configuration or a part of one."""
    return tuple(f"{name}={value(given)}" for name, given in values.items())


def configuration(values: Mapping[str, Value]) -> str:
    """Return `depth=3, rate=0.01` for a configuration or a part of one."""
    return ", ".join(assignments(values))


def percent(part: float, whole: float) -> str:
    """Return a share such as `47 %`; a whole of nothing has none of anything."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < _LEAST_PERCENT:
        return f"< {_LEAST_PERCENT} %"
    return f"{share:.1f} %" if 0 < share < 1 else f"{share:.0f} %"


def count(how_many: int, noun: str) -> str:
    """Return `1 trial`, `1,000 trials`."""
    return f"{how_many:,} {noun}" if how_many == 1 else f"{how_many:,} {noun}s"


def shorten(text: str, length: int) -> str:
    """Return a text of at most `length` characters, cut with an ellipsis."""
    return text if len(text) <= length else f"{text[: max(1, length - 1)]}…"


def _short(size: float) -> str:
    if not math.isfinite(size) or abs(size) >= _PLAIN_BELOW:
        return tidy_exponent(f"{size:.1e}")
    if abs(size) < _TWO_DIGITS:
        return f"{size:.2g}" if abs(size) < 1 else f"{size:.1f}"
    return f"{size:,.0f}"
