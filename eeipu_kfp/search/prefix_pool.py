"""The prefixes that a search may start from: what is cached, with the values that decide it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.search.arrays import Mask
from eeipu_kfp.search.encoding import Encoding

SIZE = 5
"""How many of the best trials lend their prefixes (Q of the paper)."""


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
    """Return the empty prefix and the cached ones of some trials, each once.

    Args:
        request: What is cached.
        encoding: The space as a cube.
        trials: Where prefixes may come from, the most welcome first.
    """
    pool = {"": empty_prefix(request, encoding)}
    for trial in trials:
        for prefix in cached_prefixes(request, encoding, trial.configuration):
            pool.setdefault(prefix.values.canonical, prefix)
    return tuple(pool.values())


def best_trials(
    request: SuggestionRequest, trials: Iterable[Trial], count: int | None = SIZE
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
    """Yield what a configuration can lend: prefixes that spare a stage and leave some freedom."""
    nothing_spared = empty_prefix(request, encoding).runs.sum()
    for stages in request.pipeline.prefixes():
        prefix = keep(request, encoding, stages, configuration)
        free = len(prefix.columns) < encoding.dimension
        if prefix.values and free and prefix.runs.sum() < nothing_spared:
            yield prefix


def keep(
    request: SuggestionRequest,
    encoding: Encoding,
    stages: tuple[str, ...],
    configuration: Configuration,
) -> Prefix:
    """Return the prefix that keeps what some stages read, whether or not any is cached."""
    names = [name for name in request.pipeline.inputs_of(stages) if name in request.space]
    values = configuration.restricted_to(names)
    cached = request.cached
    held = [
        stage
        for stage in request.pipeline.names
        if values.keys() >= set(cached.determinants(stage)) and cached.holds(stage, values)
    ]
    return Prefix(
        values=values,
        columns=encoding.columns_of(values.keys()),
        runs=np.isin(request.pipeline.names, request.pipeline.to_run(held)),
        source=configuration,
    )
