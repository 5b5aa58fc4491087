"""Why a stage is cached, or why it is not."""

from __future__ import annotations

import json
from collections.abc import Sequence

from eeipu_kfp.cache.difference import Difference, nearest_difference
from eeipu_kfp.cache.keys import stage_keys
from eeipu_kfp.cli import wording
from eeipu_kfp.core.space import Categorical
from eeipu_kfp.core.values import Configuration, Value
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.local.opening import Opened


def explain(opened: Opened, stage: str, trial: int | None, changes: Sequence[str]) -> str:
    """Return whether a stage is cached for a configuration and, if not, what differs.

    Raises:
        InvalidValueError: There is no such stage or trial, or a change is none.
    """
    names = opened.pipeline.shape.names
    if stage not in names:
        message = f"`{stage}` is no stage; the stages are {', '.join(names)}"
        raise InvalidValueError(message)
    configuration = _configuration(opened, trial).updated(_changes(opened, changes))
    arguments = opened.experiment.arguments_for(configuration)
    keys = stage_keys(opened.pipeline, arguments, salt=opened.experiment.cache.salt)
    cache = opened.cache()
    about = f"stage `{stage}` with {wording.configuration(configuration)}"
    entry = cache.lookup(keys[stage].digest)
    if entry is not None:
        who = f"trial {entry.trial} of {entry.experiment}"
        saves = wording.duration(entry.seconds)
        return f"{about}\nis cached: made by {who}, saves {saves}, key {entry.key}"
    nearest = nearest_difference(stage, keys, cache.entries())
    return f"{about}\nis not cached{_nearest(nearest)}"


def _nearest(found: Difference | None) -> str:
    if found is None:
        return ": no entry of this stage is kept"
    who = f"trial {found.entry.trial} of {found.entry.experiment}"
    return "\n  ".join([f"; the nearest entry, by {who}, differs in", *found.lines])


def _configuration(opened: Opened, trial: int | None) -> Configuration:
    trials = opened.workspace.history(opened.experiment).trials
    for known in trials:
        if known.number == trial:
            return known.configuration
    if trial is not None:
        message = f"there is no trial {trial}; there are {len(trials)}"
        raise InvalidValueError(message, hint="`eeipu status` lists them")
    if trials:
        return trials[-1].configuration
    found = {name: _default(opened, name) for name in opened.experiment.space}
    return Configuration(found)


def _default(opened: Opened, name: str) -> Value:
    known = opened.pipeline.shape.input(name)
    if known is not None and known.default is not None:
        return known.default
    domain = opened.experiment.space[name]
    return domain.choices[0] if isinstance(domain, Categorical) else domain.low


def _changes(opened: Opened, changes: Sequence[str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for change in changes:
        name, equals, text = change.partition("=")
        if not equals or name not in opened.experiment.space:
            tuned = ", ".join(opened.experiment.space)
            message = f"`{change}` sets none of the tuned parameters {tuned}"
            raise InvalidValueError(message, hint="write it as name=value")
        found[name] = _value(opened, name, text)
    return found


def _value(opened: Opened, name: str, text: str) -> Value:
    domain = opened.experiment.space[name]
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
