"""Trials: one configuration sent through the pipeline, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eeipu_kfp.core.values import Configuration


class TrialState(StrEnum):
    """Life of a trial: Pending -> Running -> Succeeded, Failed or Stopped.

    A pending trial is noted but not launched: it may wait for a stage that another trial computes.
    """

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen."""
        return self in {TrialState.SUCCEEDED, TrialState.FAILED, TrialState.STOPPED}


class StageOutcome(StrEnum):
    """How a stage of a trial ended."""

    EXECUTED = "Executed"
    CACHED = "Cached"
    FAILED = "Failed"
    SKIPPED = "Skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord:
    """One stage of one trial.

    Attributes:
        stage: The stage's name.
        outcome: How it ended.
        seconds: Compute time of what really ran; 0 for a cached stage.
        overhead_seconds: Time beside the compute: start-up, transfer, waiting for a node.
        saved_seconds: Compute time that a cached stage avoided.
        started_at: When it began, in seconds since the epoch; None where nothing ran.
    """

    stage: str
    outcome: StageOutcome
    seconds: float = 0.0
    overhead_seconds: float = 0.0
    saved_seconds: float = 0.0
    started_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a trial failed.

    Attributes:
        message: What went wrong.
        stage: The stage it went wrong in; None where no stage is to blame.
        log: The last lines that the stage wrote.
    """

    message: str
    stage: str | None = None
    log: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The message, with the stage's name unless it is in there already."""
        if self.stage is None or f"`{self.stage}`" in self.message:
            return self.message
        return f"stage `{self.stage}`: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One configuration sent through the pipeline.

    Attributes:
        number: Its place in the experiment, from 1.
        configuration: A value for every tuned parameter.
        state: Where it is in its life.
        stages: Records of the stages that have ended so far.
        objective: The metric's value as the pipeline gave it; None unless it succeeded.
        failure: Why it failed; None unless it did.
        runs: How many runs have been launched for it; more than one after an interruption.
        expected_cost: What it was expected to be charged with, in the unit of the budget.
        is_warm_up: Whether it was suggested before the models were trusted.
        started_at: When it was launched, in seconds since the epoch.
        finished_at: When it reached a terminal state.
    """

    number: int
    configuration: Configuration
    state: TrialState = TrialState.PENDING
    stages: tuple[StageRecord, ...] = ()
    objective: float | None = None
    failure: Failure | None = None
    runs: int = 0
    expected_cost: float | None = None
    is_warm_up: bool = False
    started_at: float | None = None
    finished_at: float | None = None

    @property
    def spent_seconds(self) -> float:
        """Compute time of the stages that really ran."""
        return sum(record.seconds for record in self.stages)

    @property
    def overhead_seconds(self) -> float:
        """Time that its stages took beside the compute."""
        return sum(record.overhead_seconds for record in self.stages)

    @property
    def saved_seconds(self) -> float:
        """Compute time that cached stages avoided."""
        return sum(record.saved_seconds for record in self.stages)

    @property
    def cached_stages(self) -> tuple[str, ...]:
        """Names of the stages that came from the cache."""
        return tuple(r.stage for r in self.stages if r.outcome is StageOutcome.CACHED)

    def stage(self, name: str) -> StageRecord | None:
        """Return the record of a stage; None where it has not ended."""
        return next((record for record in self.stages if record.stage == name), None)
