"""Cache entries in the terminal."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rich.table import Table
from rich.text import Text

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cli import wording
from eeipu_kfp.experiment.literals import size_bytes
from eeipu_kfp.report import entries as listing

_KEY_LETTERS = 12


class Entries(Protocol):
    """A cache as the commands see it: plain data, wherever it is."""

    def entries(self) -> list[dict[str, Any]]:
        """Return what is kept, an entry each."""
        ...

    def entry(self, key: str) -> dict[str, Any]:
        """Return all that is known of the entry whose key begins so."""
        ...

    def collect(self, limit: str) -> dict[str, Any]:
        """Remove what saves the least time for its size until the rest fits a limit."""
        ...


class LocalEntries:
    """Fulfils `Entries` with a cache that is open."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def entries(self) -> list[dict[str, Any]]:
        """Return what is kept, an entry each."""
        return [listing.plain(entry) for entry in self._cache.entries()]

    def entry(self, key: str) -> dict[str, Any]:
        """Return all that is known of the entry whose key begins so."""
        return listing.whole(listing.the_one(key, self._cache.entries()))

    def collect(self, limit: str) -> dict[str, Any]:
        """Remove what saves the least time for its size until the rest fits a limit."""
        removed = self._cache.collect(size_bytes(limit), ())
        freed_bytes = sum(entry.size_bytes for entry in removed) + self._cache.sweep()
        left = len(self._cache.entries())
        return {"removed": len(removed), "freedBytes": freed_bytes, "left": left}


def entries_table(entries: Sequence[Mapping[str, Any]]) -> Table:
    """Return a row an entry, newest first, with totals below."""
    seconds = sum(entry["seconds"] for entry in entries)
    total = wording.size(sum(entry["sizeBytes"] for entry in entries))
    caption = f"{len(entries)} entries, {total}, {wording.duration(seconds)} of compute"
    table = Table(box=None, pad_edge=False, header_style="dim", caption=caption)
    table.caption_justify = "left"
    for heading in ("key", "stage", "time", "size", "made by", "made at"):
        is_number = heading in {"time", "size"}
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=is_number)
    for entry in sorted(entries, key=lambda e: -e["createdAt"]):
        table.add_row(*_cells(entry))
    return table


def _cells(entry: Mapping[str, Any]) -> tuple[Text, ...]:
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry["createdAt"]))
    texts = (
        entry["key"][:_KEY_LETTERS],
        entry["stage"],
        wording.duration(entry["seconds"]),
        wording.size(entry["sizeBytes"]),
        f"{entry['experiment']} trial {entry['trial']}",
        made,
    )
    return tuple(Text(text) for text in texts)
