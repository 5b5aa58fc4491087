"""The prefix pool: which entries of a cache serve an experiment, its own and foreign ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.keys import stage_key
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.ports import TunedPipeline
from eeipu_kfp.core.space import Space
from eeipu_kfp.core.values import Configuration, Value


def cached_stages(
    entries: Iterable[CacheEntry],
    pipeline: TunedPipeline,
    space: Space,
    arguments: Mapping[str, Value],
    *,
    salt: str = "",
) -> CachedStages:
    """Return which stages are cached for which tuned values.

    An entry counts where its key is the one that this experiment would compute from the entry's
    values and its own fixed arguments, whoever has made it.

    Args:
        entries: What the cache holds.
        pipeline: The pipeline of this experiment.
        space: The tuned parameters.
        arguments: Values of the other pipeline inputs.
        salt: The experiment's salt.
    """
    keys = _Keys(pipeline, space, arguments, salt)
    cached = [found for entry in entries for found in keys.served_by(entry)]
    return CachedStages(pipeline.shape, tuple(space), cached)


class _Keys:
    """The keys of one experiment, each computed once."""

    def __init__(
        self, pipeline: TunedPipeline, space: Space, arguments: Mapping[str, Value], salt: str
    ) -> None:
        self._pipeline = pipeline
        self._space = space
        self._arguments = arguments
        self._salt = salt
        self._digests: dict[tuple[str, str], str] = {}
        shape = pipeline.shape
        self._ancestors = {name: shape.ancestors(name) for name in shape.names}
        self._tuned = {
            name: tuple(sorted(p for p in shape.determinants(name) if p in space))
            for name in shape.names
        }

    def served_by(self, entry: CacheEntry) -> Iterator[tuple[str, Configuration]]:
        """Yield the stages that an entry stands for, each with the tuned values that decide it."""
        for stage, names in self._tuned.items():
            if any(name not in entry.values for name in names):
                continue
            values = Configuration({name: entry.values[name] for name in names})
            if self._allowed(values) and self._digest(stage, values) == entry.key:
                yield stage, values

    def _allowed(self, values: Configuration) -> bool:
        return all(self._space[name].contains(value) for name, value in values.items())

    def _digest(self, stage: str, values: Configuration) -> str:
        own = values.restricted_to(self._tuned[stage])
        found = self._digests.get((stage, own.canonical))
        if found is None:
            upstream = {name: self._digest(name, own) for name in self._ancestors[stage]}
            ingredients = self._pipeline.ingredients(stage, {**self._arguments, **own})
            found = stage_key(ingredients, upstream, salt=self._salt).digest
            self._digests[stage, own.canonical] = found
        return found
