"""Cache entries in the terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cli import wording
from eeipu_kfp.errors import InvalidValueError

_KEY_LETTERS = 12


def entries_table(entries: Sequence[CacheEntry]) -> Table:
    """Return a row an entry, newest first, with totals below."""
    seconds = sum(entry.seconds for entry in entries)
    total = wording.size(sum(entry.size_bytes for entry in entries))
    caption = f"{len(entries)} entries, {total}, {wording.duration(seconds)} of compute"
    table = Table(box=None, pad_edge=False, header_style="dim", caption=caption)
    table.caption_justify = "left"
    for heading in ("key", "stage", "time", "size", "made by", "made at"):
        is_number = heading in {"time", "size"}
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=is_number)
    for entry in sorted(entries, key=lambda e: -e.created_at):
        made = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.created_at))
        cells = (
            entry.key[:_KEY_LETTERS],
            entry.stage,
            wording.duration(entry.seconds),
            wording.size(entry.size_bytes),
            f"{entry.experiment} trial {entry.trial}",
            made,
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def plain(entry: CacheEntry) -> dict[str, Any]:
    """Return what people ask of an entry as plain data."""
    return {
        "key": entry.key,
        "stage": entry.stage,
        "values": dict(entry.values),
        "seconds": entry.seconds,
        "sizeBytes": entry.size_bytes,
        "experiment": entry.experiment,
        "trial": entry.trial,
        "createdAt": entry.created_at,
    }


def the_one(key: str, entries: Sequence[CacheEntry]) -> CacheEntry:
    """Return the entry whose key begins with some letters.

    Raises:
        InvalidValueError: There is none, or more than one.
    """
    found = [entry for entry in entries if entry.key.startswith(key)]
    if len(found) == 1:
        return found[0]
    message = f"{len(found)} entries have a key that begins with `{key}`"
    hint = "give more letters" if found else "`eeipu cache list` shows the keys"
    raise InvalidValueError(message, hint=hint)
