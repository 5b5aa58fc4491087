"""The product's cache in virtual time: slow, forgetful, or with another rule of eviction."""

from __future__ import annotations

import itertools
from collections.abc import Collection

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.eviction import cost_bytes
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.ports import ObjectInfo
from eeipu_kfp.runners.simulated import VirtualClock


class ToldClock(VirtualClock):
    """Virtual time that passes where one says so, too."""

    def pass_time(self, seconds: float) -> None:
        """Let some seconds pass."""
        self._now += seconds


class ForgetfulStore(MemoryStore):
    """Takes everything and keeps nothing, so that nothing is ever found again."""

    def put(self, name: str, data: bytes) -> ObjectInfo:
        """Return what would be known of the object."""
        info = super().put(name, data)
        self.delete(name)
        return info


class SlowCache(Cache):
    """Takes a while to answer, which is what the budget is charged for a stage not run."""

    def __init__(self, store: MemoryStore, clock: ToldClock, hit_seconds: float) -> None:
        super().__init__(store, clock)
        self._told, self._hit_seconds = clock, hit_seconds

    def lookup(self, key: str) -> CacheEntry | None:
        """Return what the cache holds, a moment later."""
        self._told.pass_time(self._hit_seconds)
        return super().lookup(key)

    @property
    def held_bytes(self) -> int:
        """What all entries take up."""
        return sum(map(cost_bytes, self.entries()))


class LeastRecentFirst(SlowCache):
    """Gives up what was not asked for or written for longest, rather than what saves least."""

    def __init__(self, store: MemoryStore, clock: ToldClock, hit_seconds: float) -> None:
        super().__init__(store, clock, hit_seconds)
        self._turn = itertools.count()
        self._used: dict[str, int] = {}

    def lookup(self, key: str) -> CacheEntry | None:
        """Return what the cache holds; a key counts as used from now on, if only for a while."""
        self._used[key] = next(self._turn)
        return super().lookup(key)

    def collect(self, limit_bytes: int, pinned: Collection[str]) -> tuple[CacheEntry, ...]:
        """Remove the least recently used until the rest fits a limit; pinned entries stay."""
        removed = []
        excess_bytes = self.held_bytes - limit_bytes
        for entry in sorted(self.entries(), key=lambda entry: self._used[entry.key]):
            if excess_bytes > 0 and entry.key not in pinned:
                excess_bytes -= cost_bytes(entry)
                self.remove(entry.key)
                removed.append(entry)
        return tuple(removed)
