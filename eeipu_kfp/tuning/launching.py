"""From a configuration and the cache to the run that is still needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.keys import StageKey
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.ports import StageResult
from eeipu_kfp.core.trial import StageOutcome, StageRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlan:
    """What a trial still needs.

    Attributes:
        keys: The key of every stage.
        entries: The cache's entries that hold, by stage.
        to_run: The stages that must run, in order.
        look_up_seconds: How long the cache took to answer, over all stages.
    """

    keys: Mapping[str, StageKey]
    entries: Mapping[str, CacheEntry]
    to_run: tuple[str, ...]
    look_up_seconds: float = 0.0

    def consumed(self, pipeline: Pipeline) -> tuple[str, ...]:
        """Return the stages left out whose outputs a running stage may read."""
        read = {name for stage in self.to_run for name in pipeline.stage(stage).upstream}
        return tuple(name for name in pipeline.names if name in read and name not in self.to_run)

    def left_out(self, pipeline: Pipeline) -> tuple[StageRecord, ...]:
        """Return the records of the stages that need not run."""
        names = [name for name in pipeline.names if name not in self.to_run]
        return tuple(
            StageRecord(
                stage=name,
                outcome=StageOutcome.CACHED,
                overhead_seconds=self.look_up_seconds / len(pipeline.names),
                saved_seconds=self.entries[name].seconds if name in self.entries else 0.0,
            )
            for name in names
        )


def plan_launch(
    pipeline: Pipeline,
    keys: Mapping[str, StageKey],
    look_up: Callable[[str], CacheEntry | None],
    now: Callable[[], float],
) -> LaunchPlan:
    """Ask the cache for every stage of a trial, and see what is left to run."""
    began = now()
    found = {name: look_up(keys[name].digest) for name in pipeline.names}
    entries = {name: entry for name, entry in found.items() if entry is not None}
    return LaunchPlan(
        keys=keys,
        entries=entries,
        to_run=pipeline.to_run(entries),
        look_up_seconds=now() - began,
    )


def merge(
    pipeline: Pipeline, held: tuple[StageRecord, ...], new: tuple[StageRecord, ...]
) -> tuple[StageRecord, ...]:
    """Return the records of both, one a stage, in the stages' order.

    What an earlier run of the trial executed stays executed: its seconds are spent, and the next
    run finds it in the cache.
    """
    records = {record.stage: record for record in held}
    for record in new:
        before = records.get(record.stage)
        if before is None or before.outcome is not StageOutcome.EXECUTED:
            records[record.stage] = record
    return tuple(records[name] for name in pipeline.names if name in records)


def with_imports(
    held: tuple[StageRecord, ...],
    imports: Iterable[StageResult],
    imported: Callable[[str], str | None],
) -> tuple[StageRecord, ...]:
    """Return the records with the time that bringing in cached outputs has taken.

    Args:
        held: The records so far.
        imports: The importers of the run that have ended.
        imported: Names the stage that an importer stands for.
    """
    seconds: dict[str, float] = {}
    for result in imports:
        stage = imported(result.stage)
        if stage is not None:
            seconds[stage] = seconds.get(stage, 0.0) + result.overhead_seconds
    return tuple(
        replace(record, overhead_seconds=seconds[record.stage])
        if record.stage in seconds and record.outcome is StageOutcome.CACHED
        else record
        for record in held
    )


def record_of(result: StageResult) -> StageRecord:
    """Return what a runner saw of a stage as the trial's record of it."""
    return StageRecord(
        stage=result.stage,
        outcome=result.outcome,
        seconds=result.seconds,
        overhead_seconds=result.overhead_seconds,
        started_at=result.started_at,
    )


def outputs_of(
    results: Mapping[str, StageOutputs], entries: Mapping[str, CacheEntry]
) -> dict[str, StageOutputs]:
    """Return the outputs of all stages of a trial, those that ran and those that were cached."""
    return {**{name: entry.outputs for name, entry in entries.items()}, **results}
