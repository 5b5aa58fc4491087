"""What a search may have otherwise than usual, so that one thing at a time can be changed.

A setting is written behind a method, as in `eeipu+q=3` or `eeipu+evict=lru+limit=20`:

- `q`: how many of the best trials lend their prefixes, or `all`; only of `eeipu`, as the next two;
- `eta`: how much cost counts right after the warm-up, and once the budget is spent, as in `1:0`;
- `inputs`: what a stage's cost is learnt over: the parameters that it reads itself (`own`), or all
  that decide its output (`prefix`);
- `hit`: the seconds that a stage taken from the cache is charged;
- `limit`: what the cache may hold, in per cent of what the same search fills without a limit;
- `evict`: what goes first then: `worth` (fewest seconds saved per byte, the product's rule) or
  `lru` (not used for longest);
- `workers`: how many trials run at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.search.designers import PlanPerExpectedCost

TUNABLE = "eeipu"
"""The one designer whose plan can be set."""

SEPARATOR = "+"
"""What stands before every setting."""

_ALL = "all"
_LIMITS = ("evict=", "limit=")
_INPUTS = {"own": True, "prefix": False}
_EVICTION = {"lru": True, "worth": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is otherwise than usual.

    Attributes:
        text: How it is written, in the order of the keys; empty where all is as usual.
        plan: Of the default search; None for its own.
        hit_seconds: What a stage taken from the cache is charged; None for what the problem says.
        limit_percent: What the cache may hold, of what it holds without a limit; None for all.
        least_recent_first: Whether what was not used for longest is evicted first.
        workers: How many trials run at once.
    """

    text: str = ""
    plan: PlanPerExpectedCost | None = None
    hit_seconds: float | None = None
    limit_percent: float | None = None
    least_recent_first: bool = False
    workers: int = 1

    @classmethod
    def read(cls, text: str) -> Setting:
        """Read `key=value` pairs, with `+` in between.

        Raises:
            InvalidValueError: A key or a value means nothing.
        """
        pairs = dict(sorted(map(_pair, text.split(SEPARATOR)))) if text else {}
        setting = cls(text=SEPARATOR.join(f"{key}={value}" for key, value in pairs.items()))
        for key, value in pairs.items():
            setting = _with(setting, key, value)
        return setting

    @property
    def unlimited(self) -> Setting:
        """The same without a limit to the cache."""
        pairs = [pair for pair in self.text.split(SEPARATOR) if not pair.startswith(_LIMITS)]
        return Setting.read(SEPARATOR.join(pairs))


def _pair(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    if key.strip() not in _KEYS:
        allowed = ", ".join(f"`{known}`" for known in _KEYS)
        message = f"`{part}` is no setting"
        raise InvalidValueError(message, hint=f"write `key=value`, with a key of {allowed}")
    return key.strip(), value.strip()


def _with(setting: Setting, key: str, value: str) -> Setting:
    try:
        return _KEYS[key](setting, value)
    except (KeyError, ValueError) as error:
        message = f"`{value}` is no value of setting `{key}`"
        raise InvalidValueError(message, hint="see benchmarks/settings.py") from error


def _planned(setting: Setting, **changes: Any) -> Setting:
    return replace(setting, plan=replace(setting.plan or PlanPerExpectedCost(), **changes))


def _q(setting: Setting, value: str) -> Setting:
    return _planned(setting, lenders=None if value == _ALL else _whole(value))


def _eta(setting: Setting, value: str) -> Setting:
    first, last = map(_positive, value.split(":"))
    return _planned(setting, first_eta=first, last_eta=last)


def _positive(value: str) -> float:
    """Return a finite number that is not negative; ValueError for anything else."""
    number = float(value)
    if not 0 <= number < float("inf"):
        raise ValueError(value)
    return number


def _whole(value: str) -> int:
    """Return a whole number above 0; ValueError for anything else."""
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number


_KEYS: Mapping[str, Callable[[Setting, str], Setting]] = MappingProxyType(
    {
        "q": _q,
        "eta": _eta,
        "inputs": lambda setting, value: _planned(setting, own_inputs=_INPUTS[value]),
        "hit": lambda setting, value: replace(setting, hit_seconds=_positive(value)),
        "limit": lambda setting, value: replace(setting, limit_percent=_positive(value)),
        "evict": lambda setting, value: replace(setting, least_recent_first=_EVICTION[value]),
        "workers": lambda setting, value: replace(setting, workers=_whole(value)),
    }
)
