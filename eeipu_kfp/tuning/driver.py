"""One trial's way through the pipeline, across interruptions."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.keys import StageKey, stage_keys
from eeipu_kfp.compiled.importers import is_portable
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import (
    Clock,
    Ledger,
    Runner,
    RunState,
    StageResult,
    TrialRun,
    TunedPipeline,
)
from eeipu_kfp.core.trial import Failure, StageOutcome, Trial, TrialState
from eeipu_kfp.errors import InvalidValueError, MissingObjectError
from eeipu_kfp.tuning.events import Observer, StageEnded, TrialLaunched, TrialWaiting
from eeipu_kfp.tuning.launching import (
    LaunchPlan,
    merge,
    outputs_of,
    plan_launch,
    record_of,
    with_imports,
)

_MOST_RELAUNCHES = 2
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a tuning loop works with.

    Attributes:
        experiment: The campaign.
        pipeline: The pipeline that is tuned.
        runner: Executes trial pipelines.
        cache: Keeps stage outputs.
        ledger: Keeps the trials.
        clock: Tells the time.
        scratch: A folder for cached outputs that must be brought here; None where runs read them
            from the store themselves.
        observe: Is told what happens.
    """

    experiment: Experiment
    pipeline: TunedPipeline
    runner: Runner
    cache: Cache
    ledger: Ledger
    clock: Clock
    scratch: Path | None
    observe: Observer

    def keys(self, trial: Trial) -> dict[str, StageKey]:
        """Return the key of every stage of a trial."""
        arguments = self.experiment.arguments_for(trial.configuration)
        return dict(stage_keys(self.pipeline, arguments, salt=self.experiment.cache.salt))


class TrialDriver:
    """Launches a trial, follows its run, publishes its stages and closes it.

    Before a run starts, the ledger holds its number, and with it the run's name; starting a name
    twice changes nothing, and the runner keeps what has ended until the trial is closed. So a new
    driver goes on from wherever this one was.

    Attributes:
        trial: The trial as it is now.
    """

    def __init__(
        self, surroundings: Surroundings, trial: Trial, *, handle: str | None = None
    ) -> None:
        self.trial = trial
        self._with = surroundings
        self._handle = handle
        self._keys = surroundings.keys(trial)
        self._run = max(trial.runs, 1)
        self._relaunches = 0
        self._waiting_for: str | None = None
        self._plan: LaunchPlan | None = None
        self._outputs: dict[str, StageOutputs] = {}
        self._seen = {r.stage for r in trial.stages if r.outcome is StageOutcome.EXECUTED}
        self._failure: Failure | None = None

    @property
    def computing(self) -> frozenset[str]:
        """Digests of the keys that this trial's run computes right now or will compute.

        Of a run that an earlier process has started, every stage that has not ended may be one.
        """
        if self._handle is None:
            return frozenset()
        to_run = self._plan.to_run if self._plan else self._with.pipeline.shape.names
        return frozenset(self._keys[name].digest for name in to_run if name not in self._seen)

    @property
    def digests(self) -> frozenset[str]:
        """Digests of all keys of this trial, which the cache must not lose now."""
        return frozenset(key.digest for key in self._keys.values())

    def step(self, elsewhere: Collection[str]) -> None:
        """Do what can be done now.

        Args:
            elsewhere: Digests of the keys that other trials compute; waited for, never repeated.
        """
        if self._handle is not None:
            self._follow(self._handle)
            return
        try:
            self._launch(elsewhere)
        except MissingObjectError as error:
            _logger.warning("a cached output has just vanished, so its stage runs again: %s", error)

    def interrupt(self) -> None:
        """Stop the run but leave the trial open: a later driver goes on with it."""
        if self._handle is not None:
            self._with.runner.stop(self._handle)
            self._collect(self._handle)
            self._save()

    def abandon(self) -> None:
        """Stop the run and close the trial; finished stages stay cached."""
        self.interrupt()
        self._close(TrialState.STOPPED)

    def _launch(self, elsewhere: Collection[str]) -> None:
        if self._waiting_for in elsewhere:
            return
        plan = self._look_up()
        blocking = next((s for s in plan.to_run if self._keys[s].digest in elsewhere), None)
        if blocking is not None:
            self._waiting_for = self._keys[blocking].digest
            self._with.observe(TrialWaiting(trial=self.trial, stage=blocking))
            return
        run = self._trial_run(plan) if plan.to_run else None
        shape = self._with.pipeline.shape
        began = self.trial.started_at or self._with.clock.now()
        records = merge(shape, self.trial.stages, plan.left_out(shape))
        self._save(state=TrialState.RUNNING, stages=records, started_at=began, runs=self._run)
        if run is not None:
            self._handle = self._with.runner.start(run)
            # Before anything of it is published: what it has computed is never taken for a hit.
            self._save()
        self._with.observe(TrialLaunched(trial=self.trial, to_run=plan.to_run))
        if run is None:
            self._succeed()

    def _look_up(self) -> LaunchPlan:
        shape, clock = self._with.pipeline.shape, self._with.clock
        self._plan = plan_launch(shape, self._keys, self._with.cache.lookup, clock.now)
        return self._plan

    def _trial_run(self, plan: LaunchPlan) -> TrialRun:
        shape, experiment = self._with.pipeline.shape, self._with.experiment
        outputs = {name: StageOutputs() for name in shape.names if name not in plan.to_run}
        for name in plan.consumed(shape):
            if name in plan.entries:
                outputs[name] = self._with.cache.fetch(plan.entries[name], self._with.scratch)
        again = f"-r{self._run}" if self._run > 1 else ""
        return TrialRun(
            name=f"{experiment.name}-{self.trial.number:04d}{again}",
            pipeline=self._with.pipeline.cut(outputs),
            arguments=experiment.arguments_for(self.trial.configuration),
            stages=plan.to_run,
            stage_timeout_seconds=experiment.stage_timeout_seconds,
        )

    def _follow(self, handle: str) -> None:
        state = self._with.runner.poll(handle)
        has_news = self._collect(handle)
        if state is RunState.RUNNING and has_news:
            self._save()
        elif state is RunState.SUCCEEDED:
            self._succeed()
        elif state is RunState.FAILED:
            self._fail_or_relaunch()
        elif state is RunState.STOPPED:
            self._relaunch(Failure(message="its run was stopped from outside, again and again"))

    def _collect(self, handle: str) -> bool:
        results = self._with.runner.collect(handle)
        imports = [result for result in results if result.outcome is StageOutcome.CACHED]
        new = [r for r in results if r not in imports and r.stage not in self._seen]
        for result in new:
            self._take(result)
        stages = with_imports(self.trial.stages, imports, self._with.pipeline.imported)
        self.trial = replace(self.trial, stages=stages)
        return bool(new)

    def _take(self, result: StageResult) -> None:
        self._seen.add(result.stage)
        if result.outputs is not None and result.outcome is StageOutcome.EXECUTED:
            self._outputs[result.stage] = self._publish(result, result.outputs)
        self._failure = result.failure or self._failure
        record = record_of(result)
        shape = self._with.pipeline.shape
        self.trial = replace(self.trial, stages=merge(shape, self.trial.stages, (record,)))
        self._with.observe(StageEnded(trial=self.trial, record=record))

    def _publish(self, result: StageResult, outputs: StageOutputs) -> StageOutputs:
        if not is_portable(outputs):
            _logger.warning(
                "stage `%s` is not cached: no pipeline can take in its list of unlike artifacts",
                result.stage,
            )
            return outputs
        experiment = self._with.experiment
        determinants = self._with.pipeline.shape.determinants(result.stage)
        arguments = experiment.arguments_for(self.trial.configuration)
        try:
            entry = self._with.cache.publish(
                self._keys[result.stage],
                stage=result.stage,
                outputs=outputs,
                seconds=result.seconds,
                overhead_seconds=result.overhead_seconds,
                values={name: arguments[name] for name in determinants if name in arguments},
                experiment=experiment.name,
                trial=self.trial.number,
            )
        except InvalidValueError as error:
            _logger.warning("stage `%s` is not cached: %s", result.stage, error)
            return outputs
        return entry.outputs

    def _succeed(self) -> None:
        entries = (self._plan or self._look_up()).entries
        outputs = outputs_of(self._outputs, entries)
        objective = self._with.experiment.objective
        try:
            value = objective.value_in(outputs)
        except InvalidValueError as error:
            self._failure = Failure(message=error.message, stage=objective.stage)
            self._close(TrialState.FAILED)
            return
        self._close(TrialState.SUCCEEDED, objective=value)

    def _fail_or_relaunch(self) -> None:
        """Tell a stage that failed from one that a vanished artifact has killed."""
        plan = self._plan or self._look_up()
        shape, cache = self._with.pipeline.shape, self._with.cache
        used = [name for name in plan.consumed(shape) if name in plan.entries]
        if any(cache.lookup(self._keys[name].digest) is None for name in used):
            self._relaunch(self._failure or Failure(message="cached outputs vanish while in use"))
        else:
            self._close(TrialState.FAILED)

    def _relaunch(self, failure: Failure) -> None:
        if self._relaunches == _MOST_RELAUNCHES:
            self._failure = failure
            self._close(TrialState.FAILED)
            return
        self._relaunches += 1
        self._run += 1
        self._handle, self._plan, self._failure = None, None, None
        self._seen.clear()

    def _close(self, state: TrialState, *, objective: float | None = None) -> None:
        self._save(
            state=state,
            objective=objective,
            failure=self._failure if state is TrialState.FAILED else None,
            finished_at=self._with.clock.now(),
        )
        if self._handle is not None and state is not TrialState.FAILED:
            self._with.runner.discard(self._handle)

    def _save(self, **changes: Any) -> None:
        self.trial = replace(self.trial, **changes)
        self._with.ledger.append(self.trial, handle=self._handle)
