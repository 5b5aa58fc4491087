"""A simulated world: a pipeline of known costs, a clock that jumps, a runner that only waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput, Stage
from eeipu_kfp.core.ports import Ingredients, RunState, StageResult, TrialRun
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.core.values import Configuration, Value
from eeipu_kfp.errors import RunnerError

OUTPUT = "Output"
"""The name of every simulated stage's only output parameter."""

Arguments = Mapping[str, Any]


class VirtualClock:
    """Time that passes only in `sleep`, and then at once to what happens next."""

    def __init__(self, start: float = 0.0) -> None:
        """Begin at a time in seconds since the epoch."""
        self._now = start
        self._sources: list[Callable[[], float | None]] = []

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Jump to the next event that any source knows; where none does, by these seconds."""
        due = [time for source in self._sources if (time := source()) is not None]
        self._now = min(due) if due else self._now + seconds

    def watch(self, source: Callable[[], float | None]) -> None:
        """Ask a source from now on when its next event is; None where it has none."""
        self._sources.append(source)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedStage:
    """A stage that only costs time.

    Attributes:
        name: Its name.
        reads: The pipeline inputs that it reads.
        upstream: The stages that it consumes.
        seconds: What it costs, given the values of all pipeline inputs.
        fails: Whether it fails, at the end of its time.
    """

    name: str
    reads: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    seconds: Callable[[Arguments], float] = lambda _: 0.0
    fails: Callable[[Arguments], bool] = lambda _: False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPipeline:
    """A pipeline of simulated stages; the last one puts out the objective.

    Attributes:
        name: Its name.
        stages: The stages, in topological order.
        objective: The objective, given the values of all pipeline inputs.
    """

    name: str
    stages: tuple[SimulatedStage, ...]
    objective: Callable[[Arguments], float]

    @property
    def shape(self) -> Pipeline:
        """The stages and what each reads."""
        names = dict.fromkeys(name for stage in self.stages for name in stage.reads)
        return Pipeline(
            name=self.name,
            stages=tuple(
                Stage(
                    name=stage.name,
                    reads=stage.reads,
                    upstream=stage.upstream,
                    output_parameters={OUTPUT: ParameterType.DOUBLE},
                )
                for stage in self.stages
            ),
            inputs=tuple(PipelineInput(name=n, type=ParameterType.DOUBLE) for n in names),
        )

    def ingredients(self, stage: str, arguments: Mapping[str, Value]) -> Ingredients:
        """Return what decides a stage's output: its name, what it reads and what it consumes."""
        simulated = self.stage(stage)
        return Ingredients(
            component={"pipeline": self.name, "stage": stage},
            parameters={name: arguments[name] for name in simulated.reads},
            consumes={name: (name, OUTPUT) for name in simulated.upstream},
        )

    def cut(self, outputs: Mapping[str, StageOutputs]) -> Mapping[str, Any]:
        """Return a document that names the stages left."""
        return {"stages": [stage.name for stage in self.stages if stage.name not in outputs]}

    def imported(self, task: str) -> str | None:  # noqa: ARG002  # part of the port
        """Return None: what is cached needs no importer."""
        return None

    def stage(self, name: str) -> SimulatedStage:
        """Return a stage by name; KeyError if there is none."""
        return {stage.name: stage for stage in self.stages}[name]

    def output(self, stage: str, arguments: Arguments) -> float:
        """Return what a stage puts out: the last one the objective, the others nothing of use."""
        return self.objective(arguments) if stage == self.stages[-1].name else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timeline:
    """A simulated run: every stage's result with the time at which it becomes known."""

    results: tuple[tuple[float, StageResult], ...]
    stopped_at: float = field(default=float("inf"))

    def ended(self, now: float) -> tuple[StageResult, ...]:
        horizon = min(now, self.stopped_at)
        return tuple(result for end, result in self.results if end <= horizon)

    def next_end(self, now: float) -> float | None:
        return next((end for end, _ in self.results if now < end <= self.stopped_at), None)

    def state(self, now: float) -> RunState:
        ended = self.ended(now)
        if any(result.outcome is StageOutcome.FAILED for result in ended):
            return RunState.FAILED
        if len(ended) == len(self.results):
            return RunState.SUCCEEDED
        return RunState.STOPPED if self.stopped_at <= now else RunState.RUNNING


class SimulatedRunner:
    """Runs simulated trial pipelines in virtual time; any number of them at once.

    A handle is the run's name; a handle that nothing is known of is a run that is STOPPED, with
    no stages.
    """

    def __init__(self, pipeline: SimulatedPipeline, clock: VirtualClock) -> None:
        """Run trials of a pipeline by a clock, which learns from here when stages end."""
        self._pipeline = pipeline
        self._clock = clock
        self._runs: dict[str, _Timeline] = {}
        clock.watch(self._next_end)

    def start(self, run: TrialRun) -> str:
        """Start a run.

        Raises:
            RunnerError: The trial pipeline lacks a stage that is to run.
        """
        missing = [name for name in run.stages if name not in run.pipeline["stages"]]
        if missing:
            message = f"the trial pipeline has no stage `{missing[0]}`"
            raise RunnerError(message)
        if run.name not in self._runs:
            self._runs[run.name] = _Timeline(results=tuple(self._results(run)))
        return run.name

    def poll(self, handle: str) -> RunState:
        """Return where a run is."""
        run = self._runs.get(handle)
        return run.state(self._clock.now()) if run else RunState.STOPPED

    def stop(self, handle: str) -> None:
        """End a run; harmless where it has ended."""
        if self.poll(handle) is RunState.RUNNING:
            results = self._runs[handle].results
            self._runs[handle] = _Timeline(results=results, stopped_at=self._clock.now())

    def collect(self, handle: str) -> tuple[StageResult, ...]:
        """Return the stages that have ended so far, in the order they ended."""
        run = self._runs.get(handle)
        return run.ended(self._clock.now()) if run else ()

    def discard(self, handle: str) -> None:
        """Forget a run."""
        self._runs.pop(handle, None)

    def _next_end(self) -> float | None:
        now = self._clock.now()
        return min(
            (end for run in self._runs.values() if (end := run.next_end(now)) is not None),
            default=None,
        )

    def _results(self, run: TrialRun) -> Iterator[tuple[float, StageResult]]:
        time = self._clock.now()
        for name in run.stages:
            result = self._result(name, run, started_at=time)
            time += result.seconds
            yield time, result
            if result.outcome is StageOutcome.FAILED:
                return

    def _result(self, name: str, run: TrialRun, *, started_at: float) -> StageResult:
        stage = self._pipeline.stage(name)
        seconds = stage.seconds(run.arguments)
        limit = run.stage_timeout_seconds
        if limit is not None and seconds > limit:
            reason = f"ran longer than its limit of {limit:g} s and was ended"
            return _failed(name, reason, seconds=limit, started_at=started_at)
        if stage.fails(run.arguments):
            return _failed(name, "was told to fail", seconds=seconds, started_at=started_at)
        return StageResult(
            stage=name,
            outcome=StageOutcome.EXECUTED,
            seconds=seconds,
            started_at=started_at,
            outputs=StageOutputs(parameters={OUTPUT: self._pipeline.output(name, run.arguments)}),
        )


def _failed(stage: str, reason: str, *, seconds: float, started_at: float) -> StageResult:
    return StageResult(
        stage=stage,
        outcome=StageOutcome.FAILED,
        seconds=seconds,
        started_at=started_at,
        failure=Failure(message=f"stage `{stage}` {reason}", stage=stage),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedProblem:
    """A tuning problem whose answer is known.

    Attributes:
        pipeline: The pipeline.
        space: The tuned parameters.
        objective: What to improve.
        optimum: The best configuration.
        best: The objective there.
    """

    pipeline: SimulatedPipeline
    space: Space
    objective: Objective
    optimum: Configuration
    best: float


def three_stage_problem() -> SimulatedProblem:
    """Return a chain of prepare, train and evaluate with one parameter each, dear stages first.

    The objective is 1 less the squared distance to the optimum; a prepare of 60 s or more and a
    train of 30 s or more stand before an evaluate of 5 s.
    """
    optimum = {"fraction": 0.7, "rate": 0.3, "threshold": 0.5}
    return SimulatedProblem(
        pipeline=SimulatedPipeline(
            name="three-stages",
            stages=(
                SimulatedStage(
                    name="prepare",
                    reads=("fraction",),
                    seconds=lambda values: 60.0 + 60.0 * values["fraction"],
                ),
                SimulatedStage(
                    name="train",
                    reads=("rate",),
                    upstream=("prepare",),
                    seconds=lambda values: 30.0 + 20.0 * values["rate"],
                ),
                SimulatedStage(
                    name="evaluate",
                    reads=("threshold",),
                    upstream=("train",),
                    seconds=lambda _: 5.0,
                ),
            ),
            objective=lambda values: 1.0 - sum((values[n] - optimum[n]) ** 2 for n in optimum),
        ),
        space=Space({name: Float(0.0, 1.0) for name in optimum}),
        objective=Objective(metric=f"evaluate.{OUTPUT}", direction=Direction.MAXIMIZE),
        optimum=Configuration(optimum),
        best=1.0,
    )
