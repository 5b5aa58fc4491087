"""A small tuned pipeline, keys, entries and outputs for the tests of the cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.entries import CacheEntry, KeptArtifact
from eeipu_kfp.cache.keys import StageKey, stage_keys
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.ports import Ingredients, ObjectInfo
from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.values import Value

STAGES = (
    Stage(name="prepare", reads=("rows",)),
    Stage(name="teach", reads=("rate", "epochs"), upstream=("prepare",)),
    Stage(name="distil", reads=("depth",), upstream=("prepare", "teach")),
)
SPACE = Space({"rows": Int(1, 100), "rate": Float(0.0, 1.0), "depth": Categorical((2, 4, 8))})
ARGUMENTS: Mapping[str, Value] = {"epochs": 3}
CONFIGURATION: Mapping[str, Value] = {"rows": 10, "rate": 0.5, "depth": 4}


@dataclass(frozen=True, kw_only=True)
class ExamplePipeline:
    """A chain of three stages; `distil` also reads the first one's data."""

    shape: Pipeline = field(default_factory=lambda: Pipeline(name="example", stages=STAGES))
    components: Mapping[str, Mapping[str, Any]] = field(
        default_factory=lambda: {s.name: {"image": f"{s.name}:1", "code": "pass"} for s in STAGES}
    )

    def ingredients(self, stage: str, arguments: Mapping[str, Value]) -> Ingredients:
        found = self.shape.stage(stage)
        consumes = {f"from-{name}": (name, "data") for name in found.upstream}
        return Ingredients(
            component=self.components[stage],
            parameters={name: arguments[name] for name in found.reads if name in arguments},
            consumes=consumes,
        )

    def cut(self, outputs: Mapping[str, StageOutputs]) -> Mapping[str, Any]:
        raise NotImplementedError

    def with_component(self, stage: str, **changes: Any) -> ExamplePipeline:
        changed = {**self.components[stage], **changes}
        return replace(self, components={**self.components, stage: changed})


class StillClock:
    """A clock that stands until it is set."""

    def __init__(self, seconds: float = 1_000_000.0) -> None:
        self.seconds = seconds

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def example_keys(
    pipeline: ExamplePipeline | None = None, salt: str = "", **changes: Value
) -> Mapping[str, StageKey]:
    arguments = {**ARGUMENTS, **CONFIGURATION, **changes}
    return stage_keys(pipeline or ExamplePipeline(), arguments, salt=salt)


def example_entry(
    stage: str = "teach",
    *,
    keys: Mapping[str, StageKey] | None = None,
    values: Mapping[str, Value] | None = None,
    key: str | None = None,
    size_bytes: int = 10,
    seconds: float = 5.0,
    created_at: float = 1.0,
) -> CacheEntry:
    found = (keys or example_keys())[stage]
    info = ObjectInfo(name="cache/artifacts/x", size_bytes=size_bytes, etag="e")
    kept = KeptArtifact(artifact=Artifact(uri=info.name, type="system.Model"), objects=(info,))
    return CacheEntry(
        key=key or found.digest,
        stage=stage,
        ingredients=found.ingredients,
        values={**ARGUMENTS, **CONFIGURATION} if values is None else values,
        parameters={"loss": 0.25},
        artifacts={"model": (kept,)} if size_bytes else {},
        seconds=seconds,
        overhead_seconds=0.5,
        experiment="example",
        trial=1,
        created_at=created_at,
    )


def write_outputs(folder: Path, text: str = "weights") -> StageOutputs:
    """Write a file, a folder and Metrics without content, as a stage does."""
    (folder / "checkpoint" / "deep").mkdir(parents=True)
    (folder / "model.bin").write_text(text)
    (folder / "checkpoint" / "index").write_text("{}")
    (folder / "checkpoint" / "deep" / "shard-1").write_text(text * 2)
    return StageOutputs(
        parameters={"loss": 0.25, "names": ["a"], "rounds": 3},
        artifacts={
            "model": (
                Artifact(
                    uri=str(folder / "model.bin"),
                    type="system.Model",
                    metadata={"framework": "none", "layers": 2},
                ),
            ),
            "checkpoint": (Artifact(uri=str(folder / "checkpoint")),),
            "metrics": (
                Artifact(
                    uri=str(folder / "metrics"), type="system.Metrics", metadata={"auroc": 0.9}
                ),
            ),
        },
    )


def publish(
    cache: Cache, outputs: StageOutputs, stage: str = "teach", trial: int = 1, **changes: Value
) -> CacheEntry:
    """Publish as the tuning loop does."""
    return cache.publish(
        example_keys(**changes)[stage],
        stage=stage,
        outputs=outputs,
        seconds=5.0,
        overhead_seconds=0.5,
        values={**ARGUMENTS, **CONFIGURATION, **changes},
        experiment="example",
        trial=trial,
    )
