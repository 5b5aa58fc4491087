"""Numbers and values as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.values import Value, canonical_json

_MINUTE = 60
_HOUR = 3600


def duration(seconds: float) -> str:
    """Return a time such as `4.2 s`, `3 min 20 s` or `2 h 05 min`."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < 2 * _HOUR:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE):02d} s"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE):02d} min"


def cost(budget: Budget, amount: float) -> str:
    """Return an amount of a budget with its unit: a time, or money with four digits."""
    return budget.shown(amount) if budget.prices else duration(amount)


def size(number_of_bytes: int) -> str:
    """Return a size such as `12 B`, `3.4 KiB` or `1.2 GiB`."""
    amount = float(number_of_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:  # noqa: PLR2004  # of the lower unit in the next one
            return f"{amount:.4g} {unit}"
        amount /= 1024
    return f"{amount:.4g} TiB"


def value(found: Value) -> str:
    """Return a parameter's value; reals with six significant digits."""
    if isinstance(found, float):
        return f"{found:.6g}"
    return found if isinstance(found, str) else canonical_json(found)


def configuration(values: Mapping[str, Value]) -> str:
    """Return a configuration on one line."""
    return ", ".join(f"{name}={value(found)}" for name, found in values.items())
