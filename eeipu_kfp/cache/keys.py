"""Stage keys: one digest for everything that decides what a stage puts out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.core.ports import Ingredients, TunedPipeline
from eeipu_kfp.core.values import Value, canonical_json

KEY_SCHEMA = 1
"""Version of what goes into a key; another one makes every earlier entry unreachable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageKey:
    """The key of a stage in one trial.

    Attributes:
        digest: 64 hexadecimal digits.
        ingredients: The JSON document that the digest was taken of.
    """

    digest: str
    ingredients: Mapping[str, Any]


def stage_keys(
    pipeline: TunedPipeline, arguments: Mapping[str, Value], *, salt: str = ""
) -> Mapping[str, StageKey]:
    """Return the key of every stage for one set of pipeline inputs.

    Keys are chained in topological order, so the key of stage k in a chain stands for the
    components and the values of stages 1..k.

    Raises:
        InvalidValueError: An argument has no JSON form.
    """
    keys: dict[str, StageKey] = {}
    for stage in pipeline.shape.names:
        digests = {name: key.digest for name, key in keys.items()}
        keys[stage] = stage_key(pipeline.ingredients(stage, arguments), digests, salt=salt)
    return keys


def stage_key(ingredients: Ingredients, upstream: Mapping[str, str], *, salt: str) -> StageKey:
    """Return the key of one stage.

    Args:
        ingredients: What decides the stage's output.
        upstream: The digests of the stages that it rests on; others are passed over.
        salt: Any text; another one gives another key.
    """
    document: dict[str, Any] = {
        "schema": KEY_SCHEMA,
        "component": ingredients.component,
        "parameters": ingredients.parameters,
        "upstream": {
            name: {"key": upstream[stage], "output": output}
            for name, (stage, output) in ingredients.consumes.items()
        },
        "follows": sorted(upstream[stage] for stage in ingredients.follows),
        "salt": salt,
    }
    return StageKey(digest=_digest(document), ingredients=document)


def _digest(document: Mapping[str, Any]) -> str:
    # Text from JSON may hold lone surrogates, which UTF-8 alone has no bytes for.
    return hashlib.sha256(canonical_json(document).encode("utf-8", "surrogatepass")).hexdigest()
