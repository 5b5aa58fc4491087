"""Which entries to give up when a cache has a size limit."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from eeipu_kfp.cache.entries import CacheEntry

DOCUMENT_BYTES = 4096
"""What an entry takes up beside its artifacts: about one block for its document."""


def victims(
    entries: Iterable[CacheEntry], *, limit_bytes: int, pinned: Collection[str]
) -> tuple[CacheEntry, ...]:
    """Return the entries to remove so that the rest fits the limit, in the order of removal.

    What saves the fewest compute seconds per byte goes first, then the older. Pinned entries
    stay, even where they alone exceed the limit.

    Args:
        entries: All entries.
        limit_bytes: What they may take up together.
        pinned: Keys of entries that must stay.
    """
    everything = tuple(entries)
    excess_bytes = sum(map(cost_bytes, everything)) - limit_bytes
    chosen = []
    for entry in sorted(everything, key=_worth):
        if excess_bytes <= 0:
            break
        if entry.key not in pinned:
            chosen.append(entry)
            excess_bytes -= cost_bytes(entry)
    return tuple(chosen)


def cost_bytes(entry: CacheEntry) -> int:
    """Return what an entry takes up with its document."""
    return entry.size_bytes + DOCUMENT_BYTES


def _worth(entry: CacheEntry) -> tuple[float, float, str]:
    return entry.seconds / cost_bytes(entry), entry.created_at, entry.key
