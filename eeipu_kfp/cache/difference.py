"""Why a stage is not cached: what its key has that the nearest entry's has not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.keys import StageKey
from eeipu_kfp.core.values import canonical_json

_EXCERPT_CHARACTERS = 60
_CONTEXT_CHARACTERS = 15
_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What keeps a wanted stage from using an entry.

    Attributes:
        entry: The entry.
        lines: The ingredients that differ, such as `parameters.depth: 3 here, 4 there`; none
            where the keys are equal.
    """

    entry: CacheEntry
    lines: tuple[str, ...]


def nearest_difference(
    stage: str, keys: Mapping[str, StageKey], entries: Iterable[CacheEntry]
) -> Difference | None:
    """Return the entry of a stage with the fewest differences, the newest of equals.

    Args:
        stage: The stage that was looked up.
        keys: The keys of all stages for the wanted configuration.
        entries: What the cache holds.

    Returns:
        None where no entry of that stage is kept.
    """
    known = {entry.key: entry for entry in entries}
    wanted = {key.digest: (name, key) for name, key in keys.items()}
    comparison = _Comparison(wanted=wanted, known=known)
    found = [
        Difference(entry=entry, lines=comparison.lines(keys[stage].ingredients, entry.ingredients))
        for entry in known.values()
        if entry.stage == stage
    ]
    return min(found, key=lambda d: (len(d.lines), -d.entry.created_at, d.entry.key), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    wanted: Mapping[str, tuple[str, StageKey]]
    known: Mapping[str, CacheEntry]

    def lines(self, here: Mapping[str, Any], there: Mapping[str, Any]) -> tuple[str, ...]:
        parts = ("schema", "component", "parameters", "salt")
        found = [
            line for part in parts for line in _differing(part, here.get(part), there.get(part))
        ]
        found += self._upstream(here["upstream"], there.get("upstream", {}))
        found += self._follows(here["follows"], there.get("follows", ()))
        return tuple(dict.fromkeys(found))

    def _upstream(self, here: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
        for name in sorted({*here, *there}):
            ours, theirs = here.get(name), there.get(name)
            if ours is None or theirs is None or ours["output"] != theirs["output"]:
                yield from _differing(f"upstream.{name}", _output(ours), _output(theirs))
            elif ours["key"] != theirs["key"]:
                yield from self._behind(f"upstream.{name}", ours["key"], theirs["key"])

    def _follows(self, here: Collection[str], there: Collection[str]) -> Iterator[str]:
        if len(here) != len(there):
            yield f"follows: {len(here)} stages here, {len(there)} there"
            return
        ours, theirs = sorted({*here} - {*there}), sorted({*there} - {*here})
        for one, other in zip(ours, theirs, strict=False):
            yield from self._behind("follows", one, other)

    def _behind(self, path: str, ours: str, theirs: str) -> Iterator[str]:
        """Explain two keys by what they were made of, as far as that is known."""
        entry = self.known.get(theirs)
        if ours not in self.wanted or entry is None:
            yield f"{path}: of another key there, whose entry is not kept any more"
            return
        stage, key = self.wanted[ours]
        for line in self.lines(key.ingredients, entry.ingredients):
            yield line if line.startswith("stage ") else f"stage `{stage}`: {line}"


def _output(source: Mapping[str, str] | None) -> object:
    return _ABSENT if source is None else source["output"]


def _differing(path: str, here: object, there: object) -> Iterator[str]:
    if isinstance(here, Mapping) and isinstance(there, Mapping):
        for name in sorted({*here, *there}):
            ours, theirs = here.get(name, _ABSENT), there.get(name, _ABSENT)
            yield from _differing(f"{path}.{name}", ours, theirs)
    elif _text(here) != _text(there):
        ours, theirs = _excerpts(_text(here), _text(there))
        yield f"{path}: {ours} here, {theirs} there"


def _text(value: object) -> str:
    return "nothing" if value is _ABSENT else canonical_json(value)


def _excerpts(here: str, there: str) -> tuple[str, str]:
    """Cut two long texts to where they begin to differ."""
    pairs = zip(here, there, strict=False)
    common = next((place for place, (a, b) in enumerate(pairs) if a != b), 0)
    start = max(0, common - _CONTEXT_CHARACTERS)
    return _excerpt(here, start), _excerpt(there, start)


def _excerpt(text: str, start: int) -> str:
    if len(text) <= _EXCERPT_CHARACTERS:
        return text
    part = text[start : start + _EXCERPT_CHARACTERS]
    before = "..." if start else ""
    after = "..." if start + _EXCERPT_CHARACTERS < len(text) else ""
    return f"{before}{part}{after}"
