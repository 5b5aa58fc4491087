from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.eviction import cost_bytes, victims
from tests.unit.cache.examples import example_entry

_MEASURES = st.tuples(st.integers(0, 10**6), st.floats(0, 1e4), st.floats(0, 1e6))
_ENTRIES = st.lists(_MEASURES, max_size=12).map(
    lambda found: [
        example_entry(key=f"{place:064x}", size_bytes=size, seconds=seconds, created_at=created)
        for place, (size, seconds, created) in enumerate(found)
    ]
)
_LIMITS = st.integers(0, 6 * 10**6)
_PLACES = st.sets(st.integers(0, 11))


def _keys(entries: Sequence[CacheEntry]) -> list[str]:
    return [entry.key for entry in entries]


def _pinned(places: set[int]) -> set[str]:
    return {f"{place:064x}" for place in places}


def test_what_saves_least_per_byte_goes_first() -> None:
    dear = example_entry(key="dear", size_bytes=10**6, seconds=100.0)
    bulky = example_entry(key="bulky", size_bytes=10**6, seconds=1.0)
    small = example_entry(key="small", size_bytes=100, seconds=5.0)

    removed = victims([dear, bulky, small], limit_bytes=1_100_000, pinned=())

    assert _keys(removed) == ["bulky"]


def test_of_equals_the_older_goes_first() -> None:
    entries = [example_entry(key=key, created_at=at) for key, at in (("b", 2.0), ("a", 1.0))]

    assert _keys(victims(entries, limit_bytes=5000, pinned=())) == ["a"]


def test_entries_without_artifacts_cost_their_document() -> None:
    entries = [example_entry(key=str(n), size_bytes=0) for n in range(10)]

    left = 10 - len(victims(entries, limit_bytes=5 * cost_bytes(entries[0]), pinned=()))

    assert left == 5


def test_nothing_goes_while_everything_fits() -> None:
    assert victims([example_entry()], limit_bytes=10**9, pinned=()) == ()


@given(entries=_ENTRIES, limit_bytes=_LIMITS, places=_PLACES)
def test_the_rest_fits_unless_pinned_entries_alone_do_not(
    entries: list[CacheEntry], limit_bytes: int, places: set[int]
) -> None:
    pinned = _pinned(places)
    removed = set(_keys(victims(entries, limit_bytes=limit_bytes, pinned=pinned)))

    left = [entry for entry in entries if entry.key not in removed]

    assert not removed & pinned
    assert sum(map(cost_bytes, left)) <= limit_bytes or {e.key for e in left} <= pinned


@given(entries=_ENTRIES, limits=st.tuples(_LIMITS, _LIMITS), places=_PLACES)
def test_a_tighter_limit_removes_the_same_and_more(
    entries: list[CacheEntry], limits: tuple[int, int], places: set[int]
) -> None:
    tight, loose = (
        _keys(victims(entries, limit_bytes=limit, pinned=_pinned(places)))
        for limit in sorted(limits)
    )

    assert tight[: len(loose)] == loose


@given(entries=_ENTRIES, limit_bytes=_LIMITS)
def test_the_order_of_the_entries_does_not_matter(
    entries: list[CacheEntry], limit_bytes: int
) -> None:
    forth = victims(entries, limit_bytes=limit_bytes, pinned=())

    assert victims(reversed(entries), limit_bytes=limit_bytes, pinned=()) == forth
