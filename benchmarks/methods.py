"""The methods that a benchmark compares: a designer, and what it may do with the cache.

A setting may follow, as in `eeipu@pool+q=3`; `settings` says which there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from benchmarks.designers import Unaware
from benchmarks.peers import PEERS, SLOW_PEERS
from benchmarks.settings import SEPARATOR, TUNABLE, Setting
from eeipu_kfp.core.ports import Designer
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.search.designers import DESIGNERS, default_designer
from eeipu_kfp.search.rivals import RIVALS

_AT = "@"
_DESIGNERS = {**DESIGNERS, **RIVALS, **PEERS}


class CacheUse(StrEnum):
    """What a method may do with the cache.

    none: every stage of every trial is paid. passive: a stage that happens to be cached is not
    paid, but the method is not told. pool: the method is told what is cached.
    """

    NONE = "none"
    PASSIVE = "passive"
    POOL = "pool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A designer and its use of the cache.

    Attributes:
        designer: The name of a designer of the product, or of a peer.
        cache: What it may do with the cache.
        setting: What is otherwise than usual.
    """

    designer: str
    cache: CacheUse
    setting: Setting = field(default_factory=Setting)

    @classmethod
    def named(cls, text: str) -> Method:
        """Read `designer@cache+setting`.

        Without the second part it is what the designer is made for, without the third as usual.

        Raises:
            InvalidValueError: There is no such designer, use of the cache or setting.
        """
        usual, _, otherwise = text.partition(SEPARATOR)
        designer, _, use = usual.partition(_AT)
        if designer not in known_designers():
            allowed = ", ".join(f"`{name}`" for name in known_designers())
            message = f"`{designer}` is no method"
            raise InvalidValueError(message, hint=f"use one of {allowed}")
        if use and use not in set(CacheUse):
            allowed = ", ".join(f"`{known}`" for known in CacheUse)
            message = f"`{use}` of `{text}` is no use of the cache"
            raise InvalidValueError(message, hint=f"use one of {allowed}")
        setting = Setting.read(otherwise)
        if setting.plan is not None and designer != TUNABLE:
            message = f"`{setting.text}` of `{text}` can be set of `{TUNABLE}` alone"
            raise InvalidValueError(message, hint=f"write `{TUNABLE}{SEPARATOR}{setting.text}`")
        cache = CacheUse(use) if use else _usual(designer)
        return cls(designer=designer, cache=cache, setting=setting)

    @property
    def name(self) -> str:
        """The name in full."""
        usual = f"{self.designer}{_AT}{self.cache}"
        return f"{usual}{SEPARATOR}{self.setting.text}" if self.setting.text else usual

    def make(self) -> Designer:
        """Return the designer, told of the cache only where it may know."""
        plan = self.setting.plan
        designer = default_designer(plan) if plan is not None else _DESIGNERS[self.designer]()
        return designer if self.cache is CacheUse.POOL else Unaware(designer=designer)


def known_designers() -> tuple[str, ...]:
    """Return the names of all designers, the product's first."""
    return tuple(_DESIGNERS)


def usual_methods() -> tuple[str, ...]:
    """Return all designers but slow peers as they are meant, and what tells memory from search.

    The default without a cache shows what its models are worth, plain EI with one what chance
    hits are; LaMBO and MS-BO have no second form for the cache, and are run with it and without.
    """
    quick = (name for name in known_designers() if name not in SLOW_PEERS)
    return (*quick, "eeipu@none", "ei@passive", "lambo@pool", "ms-bo@pool")


def _usual(designer: str) -> CacheUse:
    knows = designer.startswith("eeipu") or designer.endswith("-pool")
    return CacheUse.POOL if knows else CacheUse.NONE
