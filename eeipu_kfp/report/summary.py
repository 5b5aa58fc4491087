"""The figures of an experiment: what was found, what it cost, and what the cache has saved."""

from __future__ import annotations

from dataclasses import dataclass

from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial, TrialState


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSummary:
    """What one stage has cost over all trials.

    Attributes:
        stage: The stage's name.
        executed: How often it ran to its end.
        cached: How often its output came from the cache.
        failed: How often it failed.
        seconds: Compute time of all its runs, failed ones too.
        overhead_seconds: Time beside the compute, of hits too.
        saved_seconds: Compute time that the cache avoided.
    """

    stage: str
    executed: int
    cached: int
    failed: int
    seconds: float
    overhead_seconds: float
    saved_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """An experiment in figures.

    Attributes:
        best: The trial with the best objective; None before the first.
        trials: How many trials there are, in any state.
        succeeded: How many of them have an objective.
        failed: How many of them failed.
        active: How many are pending or running.
        spent_seconds: Compute time of all stages that really ran.
        overhead_seconds: Time of all stages beside the compute, of hits too.
        saved_seconds: Compute time that the cache avoided.
        stages: The same by stage, in the pipeline's order.
    """

    best: Trial | None
    trials: int
    succeeded: int
    failed: int
    active: int
    spent_seconds: float
    overhead_seconds: float
    saved_seconds: float
    stages: tuple[StageSummary, ...]

    @property
    def stage_runs(self) -> int:
        """How often a stage's output was there in the end: executed or taken from the cache."""
        return sum(stage.executed + stage.cached for stage in self.stages)

    @property
    def stage_hits(self) -> int:
        """How many of the stage runs came from the cache."""
        return sum(stage.cached for stage in self.stages)

    @property
    def hit_share(self) -> float:
        """The share of stage runs that came from the cache; 0 before the first."""
        return self.stage_hits / self.stage_runs if self.stage_runs else 0.0

    @property
    def cost_without_reuse_seconds(self) -> float:
        """What the same trials would have cost without the cache."""
        return self.spent_seconds + self.saved_seconds


def summarise(pipeline: Pipeline, history: History) -> Summary:
    """Return an experiment's figures."""
    return Summary(
        best=history.best,
        trials=len(history.trials),
        succeeded=len(history.in_state(TrialState.SUCCEEDED)),
        failed=len(history.failed),
        active=len(history.active),
        spent_seconds=history.spent_seconds,
        overhead_seconds=history.overhead_seconds,
        saved_seconds=history.saved_seconds,
        stages=tuple(_of_stage(name, history) for name in pipeline.names),
    )


def _of_stage(name: str, history: History) -> StageSummary:
    records = [record for trial in history.trials if (record := trial.stage(name))]
    return StageSummary(
        stage=name,
        executed=_count(records, StageOutcome.EXECUTED),
        cached=_count(records, StageOutcome.CACHED),
        failed=_count(records, StageOutcome.FAILED),
        seconds=sum(record.seconds for record in records),
        overhead_seconds=sum(record.overhead_seconds for record in records),
        saved_seconds=sum(record.saved_seconds for record in records),
    )


def _count(records: list[StageRecord], outcome: StageOutcome) -> int:
    return sum(record.outcome is outcome for record in records)
