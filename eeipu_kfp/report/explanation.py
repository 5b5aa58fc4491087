"""Why a stage is cached, or why it is not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.difference import Difference, nearest_difference
from eeipu_kfp.cache.keys import stage_keys
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.ports import TunedPipeline
from eeipu_kfp.core.space import Categorical
from eeipu_kfp.core.values import Configuration, Value
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.report import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains the cache to those who tune.

    Attributes:
        experiment: The campaign.
        pipeline: Its pipeline.
        history: Its trials.
        cache: What is kept.
    """

    experiment: Experiment
    pipeline: TunedPipeline
    history: History
    cache: Cache

    def explain(self, stage: str, trial: int | None, changes: Sequence[str]) -> str:
        """Return whether a stage is cached for a configuration and, if not, what differs.

        Args:
            stage: The stage.
            trial: The trial whose configuration is meant; None for the last one.
            changes: Other values of parameters, each `name=value`.

        Raises:
            InvalidValueError: There is no such stage or trial, or a change is none.
        """
        names = self.pipeline.shape.names
        if stage not in names:
            message = f"`{stage}` is no stage; the stages are {', '.join(names)}"
            raise InvalidValueError(message)
        configuration = self._configuration(trial).updated(self._changes(changes))
        arguments = self.experiment.arguments_for(configuration)
        keys = stage_keys(self.pipeline, arguments, salt=self.experiment.cache.salt)
        about = f"stage `{stage}` with {_line(configuration)}"
        entry = self.cache.lookup(keys[stage].digest)
        if entry is not None:
            who = f"trial {entry.trial} of {entry.experiment}"
            saves = wording.duration(entry.seconds)
            return f"{about}\nis cached: made by {who}, saves {saves}, key {entry.key}"
        nearest = nearest_difference(stage, keys, self.cache.entries())
        return f"{about}\nis not cached{_nearest(nearest)}"

    def _configuration(self, trial: int | None) -> Configuration:
        trials = self.history.trials
        for known in trials:
            if known.number == trial:
                return known.configuration
        if trial is not None:
            message = f"there is no trial {trial}; there are {len(trials)}"
            raise InvalidValueError(message, hint="`eeipu status` lists them")
        if trials:
            return trials[-1].configuration
        return Configuration({name: self._default(name) for name in self.experiment.space})

    def _default(self, name: str) -> Value:
        known = self.pipeline.shape.input(name)
        if known is not None and known.default is not None:
            return known.default
        domain = self.experiment.space[name]
        return domain.choices[0] if isinstance(domain, Categorical) else domain.low

    def _changes(self, changes: Sequence[str]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for change in changes:
            name, equals, text = change.partition("=")
            if not equals or name not in self.experiment.space:
                tuned = ", ".join(self.experiment.space)
                message = f"`{change}` sets none of the tuned parameters {tuned}"
                raise InvalidValueError(message, hint="write it as name=value")
            found[name] = self._value(name, text)
        return found

    def _value(self, name: str, text: str) -> Value:
        domain = self.experiment.space[name]
        try:
            read = json.loads(text)
        except ValueError:
            read = text
        if isinstance(domain, Categorical):
            return read if domain.contains(read) else text
        if isinstance(read, bool) or not isinstance(read, int | float):
            message = f"`{text}` is no number, but `{name}` is one"
            raise InvalidValueError(message)
        return domain.snap(read)


def _line(configuration: Configuration) -> str:
    return ", ".join(f"{name}={wording.value(found)}" for name, found in configuration.items())


def _nearest(found: Difference | None) -> str:
    if found is None:
        return ": no entry of this stage is kept"
    who = f"trial {found.entry.trial} of {found.entry.experiment}"
    return "\n  ".join([f"; the nearest entry, by {who}, differs in", *found.lines])
