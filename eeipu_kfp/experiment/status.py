"""The status of a `TuningExperiment` on a cluster: small whatever the number of trials.

The ledger knows every trial; here stand counts, the best trial and the latest few.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.experiment import fields, figures
from eeipu_kfp.experiment.models import Node

MOST_RECENT_TRIALS = 10
"""How many of the latest trials a status shows."""
NEEDS_A_USER = frozenset({"SpecInvalid", "PipelineInvalid", "LedgerConflict"})
"""The reasons of an experiment that is not ready, and will not be unless a user changes it."""


class _Report(Node):
    model_config = ConfigDict(populate_by_name=True)


class Condition(_Report):
    """One thing that holds of the experiment, or does not."""

    type: Annotated[str, Field(min_length=1, max_length=316)]
    """type is what may hold: `Ready`, `Complete` or `Failed`; required."""
    status: Literal["True", "False", "Unknown"]
    """status is whether it holds; required."""
    observed_generation: figures.LargeTally | None = None
    """observedGeneration is the generation of the spec that this was seen at; unset, unknown."""
    last_transition_time: figures.Moment
    """lastTransitionTime is when status last changed; required."""
    reason: Annotated[str, Field(min_length=1, max_length=1024)]
    """reason is why, in one word for programs; required."""
    message: figures.Remark
    """message is why, and what to do about it, in words for people; required."""


class TrialCounts(_Report):
    """How many trials there are."""

    total: figures.Tally = 0
    """total is the number of all trials; default 0."""
    pending: figures.Tally = 0
    """pending is the number of trials that wait to be launched; default 0."""
    running: figures.Tally = 0
    """running is the number of trials that run; default 0."""
    succeeded: figures.Tally = 0
    """succeeded is the number of trials that brought an objective; default 0."""
    failed: figures.Tally = 0
    """failed is the number of trials that failed; default 0."""
    stopped: figures.Tally = 0
    """stopped is the number of trials that were stopped; default 0."""


class ParameterValue(_Report):
    """The value of a parameter."""

    name: fields.Name
    """name is the name of the parameter; required."""
    value: figures.Glimpse
    """value is its value, as a document writes it, cut where it is long; required."""


class BestTrial(_Report):
    """The trial with the best objective so far."""

    number: figures.Tally
    """number is the number of the trial; required."""
    objective: figures.Figure
    """objective is what it brought, as decimal text; required."""
    parameters: Annotated[tuple[ParameterValue, ...], Field(max_length=100)] = ()
    """parameters are the values of the tuned parameters; default none."""
    run: figures.Glimpse | None = None
    """run is the identity of its run in Kubeflow Pipelines; unset, it has none."""


class BudgetState(_Report):
    """What was spent, in the unit of the budget."""

    total: figures.Figure
    """total is what may be spent, as decimal text; required."""
    spent: figures.Figure
    """spent is what the trials have taken so far, as decimal text; required."""
    remaining: figures.Figure
    """remaining is what is left, as decimal text; required."""


class CacheState(_Report):
    """What the reuse of stage outputs has brought."""

    stage_runs: figures.Tally = 0
    """stageRuns is the number of stages that really ran; default 0."""
    hits: figures.Tally = 0
    """hits is the number of stages whose output was reused; default 0."""
    saved_seconds: figures.Figure
    """savedSeconds is the compute time that was avoided, as decimal text; required."""
    entries: figures.Tally | None = None
    """entries is the number of stage outputs that the namespace keeps; unset, unknown."""
    size_bytes: figures.LargeTally | None = None
    """sizeBytes is what these outputs take in the store; unset, unknown."""


class RecentTrial(_Report):
    """One of the latest trials."""

    number: figures.Tally
    """number is the number of the trial; required."""
    state: TrialState
    """state is where it stands; required."""
    objective: figures.Figure | None = None
    """objective is what it brought, as decimal text; unset, nothing yet."""
    spent_seconds: figures.Figure
    """spentSeconds is the compute time of its stages that really ran, as decimal text; required."""
    saved_seconds: figures.Figure
    """savedSeconds is the compute time that reused outputs avoided, as decimal text; required."""
    run: figures.Glimpse | None = None
    """run is the identity of its run in Kubeflow Pipelines; unset, it has none yet."""
    message: figures.Remark | None = None
    """message is why it failed; unset, it did not."""


class Status(_Report):
    """What the controller has seen and done."""

    conditions: Annotated[tuple[Condition, ...], Field(max_length=8)] = ()
    """conditions are what holds of the experiment: `Ready`, `Complete`, `Failed`; unset before the
    controller has seen it."""
    observed_generation: figures.LargeTally | None = None
    """observedGeneration is the generation of the spec that the status is about; unset before the
    controller has seen it."""
    start_time: figures.Moment | None = None
    """startTime is when the controller took the experiment up; unset before."""
    completion_time: figures.Moment | None = None
    """completionTime is when the experiment ended; unset before."""
    trials: TrialCounts | None = None
    """trials are the numbers of trials by state; unset before the first."""
    best_trial: BestTrial | None = None
    """bestTrial is the trial with the best objective; unset before a trial has succeeded."""
    budget: BudgetState | None = None
    """budget is what was spent and what is left; unset before the controller knows."""
    cache: CacheState | None = None
    """cache is what the reuse of stage outputs has brought; unset before the first trial."""
    recent_trials: Annotated[tuple[RecentTrial, ...], Field(max_length=MOST_RECENT_TRIALS)] = ()
    """recentTrials are the latest ten trials, the newest first; unset before the first."""
