"""Runs that are over as soon as they are submitted, for tests of scale."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eeipu_kfp.compiled.reading import output_types, schema_title
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.pipeline import ParameterType
from eeipu_kfp.errors import StoreError
from tests.kfp_double.recording import Ended, Recorder
from tests.kfp_double.runs import Run, State

Arguments = Mapping[str, Any]
_METRICS = "system.Metrics"


def closeness(_stage: str, arguments: Arguments) -> float:
    """Return how close all numbers among the arguments are to 0.3; 0 is best."""
    numbers = [v for v in arguments.values() if isinstance(v, float)]
    return -sum((number - 0.3) ** 2 for number in numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantStages:
    """What stages put out and cost that are not executed.

    Attributes:
        value: By the stage's name and the run's arguments, the number that every output parameter
            of that type, and every metric, gets; a stage whose number is a NaN fails.
        seconds: What the metadata say that it took.
        metric: The name of the one value in every Metrics artifact.
    """

    value: Callable[[str, Arguments], float] = closeness
    seconds: Callable[[str, Arguments], float] = lambda _stage, _arguments: 1.0
    metric: str = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantExecutor:
    """Ends every run while it is submitted; its stages last in the metadata alone.

    Attributes:
        recorder: Where everything is noted.
        stages: What stages put out and cost.
        content: A file with what every artifact holds.
    """

    recorder: Recorder
    stages: InstantStages
    content: Path

    def submit(self, run: Run) -> None:
        """Take a run to its end."""
        self.recorder.begin(run)
        run.enter(State.RUNNING, run.created_at)
        try:
            run.enter(*self._outcome(run))
        except StoreError:
            traceback.print_exc()
            run.enter(State.FAILED, run.created_at)

    def close(self) -> None:
        """Do nothing: no run goes on."""

    def _outcome(self, run: Run) -> tuple[State, float]:
        at = run.created_at
        for name in run.stages:
            self.recorder.begin_stage(run, name, at)
            if name in run.mishaps:
                self.recorder.kill_stage(run, name, run.mishaps[name], at)
                return State.FAILED, at
            ended = self._ended(run, name, at)
            self.recorder.end_stage(run, name, ended)
            at = ended.finished_at
            if ended.state is State.FAILED:
                return State.FAILED, at
        return State.SUCCEEDED, at

    def _ended(self, run: Run, name: str, at: float) -> Ended:
        seconds = self.stages.seconds(name, run.arguments)
        value = self.stages.value(name, run.arguments)
        is_good = not math.isnan(value)
        return Ended(
            state=State.SUCCEEDED if is_good else State.FAILED,
            started_at=at,
            seconds=seconds,
            finished_at=at + seconds,
            outputs=self._outputs(run, name, value) if is_good else StageOutputs(),
            log=None if is_good else b"ValueError: not a number\n",
        )

    def _outputs(self, run: Run, name: str, value: float) -> StageOutputs:
        task = run.document.tasks[name]
        declared = run.document.component(task).get("outputDefinitions", {}).get("artifacts", {})
        types = output_types(run.document, task)
        return StageOutputs(
            parameters={key: _parameter(kind, value) for key, kind in types.items()},
            artifacts={
                key: (self._artifact(schema_title(definition), value),)
                for key, definition in declared.items()
            },
        )

    def _artifact(self, schema: str, value: float) -> Artifact:
        if schema == _METRICS:
            nowhere = str(self.content / "nothing")
            return Artifact(uri=nowhere, type=schema, metadata={self.stages.metric: value})
        return Artifact(uri=str(self.content), type=schema)


def _parameter(kind: ParameterType, value: float) -> Any:
    return {
        ParameterType.DOUBLE: value,
        ParameterType.INTEGER: round(value),
        ParameterType.STRING: f"{value:g}",
        ParameterType.BOOLEAN: value > 0,
        ParameterType.LIST: [value],
        ParameterType.STRUCT: {"value": value},
    }[kind]
