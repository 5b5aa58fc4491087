"""Cache entries as plain data, for people and programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.errors import InvalidValueError


def plain(entry: CacheEntry) -> dict[str, Any]:
    """Return what people ask of an entry."""
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


def whole(entry: CacheEntry) -> dict[str, Any]:
    """Return all that is known of an entry."""
    artifacts = {
        name: [kept.artifact.uri for kept in several] for name, several in entry.artifacts.items()
    }
    return {
        **plain(entry),
        "ingredients": entry.ingredients,
        "parameters": entry.parameters,
        "artifacts": artifacts,
    }


def the_one(key: str, entries: Iterable[CacheEntry]) -> CacheEntry:
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
