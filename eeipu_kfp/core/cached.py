"""What the search may know of the cache: which stages are cached for which values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.values import Configuration


class CachedStages:
    """The stages whose outputs are kept, by the values of the tuned parameters that decide them."""

    __slots__ = ("_determinants", "_known", "pipeline")

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
        self._known = frozenset(
            (name, self._part(name, Configuration(dict(values))))  # type: ignore[arg-type]  # JSON values
            for name, values in cached
        )

    def including(self, stage: str, configuration: Configuration) -> CachedStages:
        """Return the same knowledge with one more stage kept for a configuration."""
        return self._with(self._known | {(stage, self._part(stage, configuration))})

    def _with(self, known: frozenset[tuple[str, str]]) -> CachedStages:
        more = object.__new__(CachedStages)
        more.pipeline, more._determinants, more._known = self.pipeline, self._determinants, known
        return more

    def determinants(self, stage: str) -> tuple[str, ...]:
        """Return the tuned parameters that decide a stage's output: its own and its ancestors'."""
        return self._determinants[stage]

    def holds(self, stage: str, configuration: Configuration) -> bool:
        """Whether a stage's output is kept for a configuration."""
        return (stage, self._part(stage, configuration)) in self._known

    def count(self, stage: str) -> int:
        """Return for how many different values a stage is kept."""
        return sum(name == stage for name, _ in self._known)

    def to_run(self, configuration: Configuration) -> tuple[str, ...]:
        """Return the stages that a configuration would really run, in order."""
        held = [name for name in self.pipeline.names if self.holds(name, configuration)]
        return self.pipeline.to_run(held)

    def _part(self, stage: str, configuration: Configuration) -> str:
        return configuration.restricted_to(sorted(self._determinants[stage])).canonical
