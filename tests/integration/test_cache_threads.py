"""Many experiments of one process share a cache without waiting for each other in a row."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.ports import ObjectInfo
from tests.cluster_world import JumpingClock

_PATIENCE_SECONDS = 10.0


class Slow(MemoryStore):
    """Lists nothing before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = Event()
        self.may_end = Event()
        self.listings = 0

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        self.listings += 1
        self.begun.set()
        assert self.may_end.wait(_PATIENCE_SECONDS)
        return super().list(prefix)


class Order:
    """Counts, and tells of each time that it was asked."""

    def __init__(self) -> None:
        self.asked = Semaphore(0)
        self._numbers = itertools.count()

    def __next__(self) -> int:
        self.asked.release()
        return next(self._numbers)


def test_threads_that_wait_for_a_listing_share_the_next_one() -> None:
    store, order = Slow(), Order()
    cache = Cache(store, JumpingClock())
    cache._order = order  # type: ignore[assignment]
    with ThreadPoolExecutor(6) as threads:
        first = threads.submit(cache.entries)
        assert store.begun.wait(_PATIENCE_SECONDS)
        others = [threads.submit(cache.entries) for _ in range(5)]
        assert all(order.asked.acquire(timeout=_PATIENCE_SECONDS) for _ in range(2 + 5))
        store.may_end.set()
        found = [each.result(_PATIENCE_SECONDS) for each in (first, *others)]

    assert found == [()] * 6
    assert store.listings == 2
