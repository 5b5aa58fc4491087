"""What the search may know of the cache: which stages are cached for which values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.values import Configuration, canonical_json

_Part: TypeAlias = tuple[tuple[str, str], ...]
"""The values that decide a stage's output, by name, as texts."""


class CachedStages:
    """The stages whose outputs are kept, by the values of the tuned parameters that decide them."""

    __slots__ = ("_determinants", "_known", "_runs", "pipeline")

    def __init__(
        self,
        pipeline: Pipeline,
        tuned: Collection[str],
        cached: Iterable[tuple[str, Mapping[str, object]]] = (),
    ) -> None:
        """Take pairs of a stage's name and a configuration, of which only the needed part counts.

        Args:
            pipeline: The pipeline that the stages belong to.
            tuned: Names of the tuned parameters.
            cached: What is kept.
        """
        self.pipeline = pipeline
        self._determinants = {
            name: tuple(p for p in pipeline.determinants(name) if p in tuned)
            for name in pipeline.names
        }
        self._known = frozenset((name, self._part(name, _texts(values))) for name, values in cached)
        # What runs follows from what is cached of a configuration, and a search asks all the time.
        self._runs: dict[tuple[str, ...], tuple[str, ...]] = {}

    def including(self, stage: str, configuration: Configuration) -> CachedStages:
        """Return the same knowledge with one more stage kept for a configuration."""
        return self._with(self._known | {(stage, self._part(stage, _texts(configuration)))})

    def _with(self, known: frozenset[tuple[str, _Part]]) -> CachedStages:
        more = object.__new__(CachedStages)
        more.pipeline, more._determinants = self.pipeline, self._determinants
        more._known, more._runs = known, self._runs
        return more

    def determinants(self, stage: str) -> tuple[str, ...]:
        """Return the tuned parameters that decide a stage's output: its own and its ancestors'."""
        return self._determinants[stage]

    def holds(self, stage: str, configuration: Configuration) -> bool:
        """Whether a stage's output is kept for a configuration."""
        return (stage, self._part(stage, _texts(configuration))) in self._known

    def count(self, stage: str) -> int:
        """Return for how many different values a stage is kept."""
        return sum(name == stage for name, _ in self._known)

    def to_run(self, configuration: Configuration) -> tuple[str, ...]:
        """Return the stages that a configuration would really run, in order."""
        texts = _texts(configuration)
        cached = tuple(n for n in self._determinants if (n, self._part(n, texts)) in self._known)
        if cached not in self._runs:
            self._runs[cached] = self.pipeline.to_run(cached)
        return self._runs[cached]

    def _part(self, stage: str, texts: Mapping[str, str]) -> _Part:
        return tuple((name, texts[name]) for name in self._determinants[stage] if name in texts)


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    """Return texts that only equal values of the same JSON type share.

    Every candidate of a search is looked up, and JSON would take ten times as long.
    """
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, str):
        return str.__repr__(value)
    return repr(value) if isinstance(value, bool | int) else canonical_json(value)
