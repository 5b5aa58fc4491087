"""The tree of prefixes: trials that begin with the same values share a branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.space import Space
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.core.values import Configuration

_MOST_LEVELS = 8
_CHILDREN = (6, 4, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A stage that adds tuned parameters to the prefix.

    Attributes:
        stage: The stage's name.
        parameters: The tuned parameters that it is the first to read.
    """

    stage: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """The values up to a stage, with the trials that have them.

    Attributes:
        own: The values that the last of the stages adds.
        trials: The trials that begin with this prefix.
        children: The longer prefixes shown below it: the one of the best trial first, then those
            that most trials used.
        hidden: How many longer prefixes are left out.
    """

    own: Configuration
    trials: tuple[Trial, ...]
    children: tuple[Prefix, ...] = ()
    hidden: int = 0

    @property
    def rows(self) -> int:
        """How many lines it takes to show everything below it."""
        return max(1, sum(child.rows for child in self.children) + bool(self.hidden))


def levels_of(space: Space, pipeline: Pipeline) -> tuple[Level, ...]:
    """Return the levels of the tree in the pipeline's order, the first few of a long pipeline."""
    levels = (
        Level(stage=stage, parameters=tuple(p for p in space if pipeline.owner(p) == stage))
        for stage in pipeline.names
    )
    return tuple(level for level in levels if level.parameters)[:_MOST_LEVELS]


def grow(levels: Sequence[Level], history: History) -> Prefix:
    """Return the empty prefix with all that is shown below it."""
    trials = tuple(trial for trial in history.trials if trial.stages)
    leading = history.leading(len(history.trials))
    ranks = {trial.number: rank for rank, trial in enumerate(leading)}
    return _grown(Configuration({}), trials, levels, _CHILDREN, ranks)


def _grown(
    own: Configuration,
    trials: tuple[Trial, ...],
    levels: Sequence[Level],
    limits: Sequence[int],
    ranks: Mapping[int, int],
) -> Prefix:
    if not levels:
        return Prefix(own=own, trials=trials)
    groups: dict[Configuration, list[Trial]] = {}
    for trial in trials:
        part = trial.configuration.restricted_to(levels[0].parameters)
        groups.setdefault(part, []).append(trial)
    shown = _most_used(groups, limits[0], ranks)
    below = tuple(
        _grown(part, tuple(groups[part]), levels[1:], limits[1:] or limits, ranks) for part in shown
    )
    return Prefix(own=own, trials=trials, children=below, hidden=len(groups) - len(shown))


def _most_used(
    groups: Mapping[Configuration, list[Trial]], limit: int, ranks: Mapping[int, int]
) -> list[Configuration]:
    """Choose the prefix of the best trial and those used most, the better of equals first."""
    best = {
        part: min(ranks.get(trial.number, len(ranks)) for trial in trials)
        for part, trials in groups.items()
    }
    ordered = sorted(groups, key=lambda part: (best[part] > 0, -len(groups[part]), best[part]))
    return ordered if len(ordered) == limit + 1 else ordered[:limit]
