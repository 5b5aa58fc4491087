"""The prefixes that a search may start from: what is cached, with the values that decide it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.search.arrays import Mask
from eeipu_kfp.search.encoding import Encoding

_LARGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """Values to keep, and the stages that need not run as long as they are kept.

    Attributes:
        values: The kept values, exactly as the trial has them; empty for the empty prefix.
        columns: Their columns in the cube.
        runs: Which stages run whatever the other values are, `K`.
        source: The whole configuration that the values come from.
    """

    values: Configuration
    columns: tuple[int, ...]
    runs: Mask
    source: Configuration

    def complete(self, configuration: Configuration) -> Configuration:
        """Return a configuration with the kept values put in."""
        return configuration.updated(self.values)


def empty_prefix(request: SuggestionRequest, encoding: Encoding) -> Prefix:
    """Return the prefix that keeps nothing."""
    return keep(request, encoding, (), Configuration({}))


def prefix_pool(
    request: SuggestionRequest, encoding: Encoding, trials: Iterable[Trial]
) -> tuple[Prefix, ...]:
    """Return the empty prefix and the first hundred or so cached ones of some trials, each once.

    Args:
        request: What is cached.
        encoding: The space as a cube.
        trials: Where prefixes may come from, the most welcome first.
    """
    empty, cuts = empty_prefix(request, encoding), _cuts(request, encoding)
    pool = {"": empty}
    for trial in trials:
        for prefix in _lent(request, cuts, empty, trial.configuration, known=pool):
            pool[prefix.values.canonical] = prefix
        if len(pool) > _LARGEST:
            break
    return tuple(pool.values())


def best_trials(
    request: SuggestionRequest, trials: Iterable[Trial], count: int | None = None
) -> tuple[Trial, ...]:
    """Return the best few trials with an objective, the best first and the earliest of equals.

    Args:
        request: Says what is better.
        trials: The trials to choose from.
        count: How many to return at most; None for all of them.
    """
    chosen = tuple(trials)
    history = History(objective=request.objective, trials=chosen)
    return history.leading(len(chosen) if count is None else count)


def cached_prefixes(
    request: SuggestionRequest, encoding: Encoding, configuration: Configuration
) -> Iterator[Prefix]:
    """Return what a configuration can lend: prefixes that spare a stage and leave some freedom."""
    empty, cuts = empty_prefix(request, encoding), _cuts(request, encoding)
    return _lent(request, cuts, empty, configuration)


def keep(
    request: SuggestionRequest,
    encoding: Encoding,
    stages: tuple[str, ...],
    configuration: Configuration,
) -> Prefix:
    """Return the prefix that keeps what some stages read, whether or not any is cached."""
    cut = _Cut.after(request, encoding, stages)
    return cut.keep(request, configuration.restricted_to(cut.names), configuration)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Where a configuration is cut: the same for all configurations.

    Attributes:
        names: The parameters that are kept.
        columns: Their columns in the cube.
    """

    names: tuple[str, ...]
    columns: tuple[int, ...]

    @classmethod
    def after(cls, request: SuggestionRequest, encoding: Encoding, stages: tuple[str, ...]) -> _Cut:
        """Return the cut that keeps what some stages read."""
        names = tuple(n for n in request.pipeline.inputs_of(stages) if n in request.space)
        return cls(names=names, columns=encoding.columns_of(names))

    def keep(
        self, request: SuggestionRequest, values: Configuration, source: Configuration
    ) -> Prefix:
        """Return the prefix with the kept values of a configuration."""
        # A stage that needs more than these values has no key yet, and counts as not cached.
        needed = set(request.cached.to_run(values))
        return Prefix(
            values=values,
            columns=self.columns,
            runs=np.array([name in needed for name in request.pipeline.names]),
            source=source,
        )


def _lent(
    request: SuggestionRequest,
    cuts: tuple[_Cut, ...],
    empty: Prefix,
    configuration: Configuration,
    known: Container[str] = (),
) -> Iterator[Prefix]:
    """Yield the prefixes of a configuration that spare a stage, but for the known ones."""
    for cut in cuts:
        values = configuration.restricted_to(cut.names)
        if values.canonical not in known:
            prefix = cut.keep(request, values, configuration)
            if prefix.runs.sum() < empty.runs.sum():
                yield prefix


def _cuts(request: SuggestionRequest, encoding: Encoding) -> tuple[_Cut, ...]:
    """Return the cuts that keep something and leave some freedom."""
    every = (_Cut.after(request, encoding, stages) for stages in request.pipeline.prefixes())
    return tuple(cut for cut in every if cut.names and len(cut.columns) < encoding.dimension)
