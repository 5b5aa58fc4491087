"""The objective: the one number that tuning improves, and where a trial shows it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.pipeline import ParameterType, Pipeline, Stage
from eeipu_kfp.errors import InvalidValueError

_MAY_HOLD_A_NUMBER = (ParameterType.DOUBLE, ParameterType.INTEGER, ParameterType.STRING)


class Direction(StrEnum):
    """Which way is better."""

    MAXIMIZE = "Maximize"
    MINIMIZE = "Minimize"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A metric with a direction.

    Attributes:
        metric: `stage.parameter` for an output parameter, `stage.artifact.key` for a value in an
            artifact's metadata, which is where Metrics artifacts have theirs.
        direction: Which way is better.
        goal: A value at which tuning may stop; None to use the whole budget.
    """

    metric: str
    direction: Direction = Direction.MAXIMIZE
    goal: float | None = None

    @property
    def stage(self) -> str:
        """The stage that shows the metric."""
        return self.metric.split(".", 1)[0]

    def score(self, value: float) -> float:
        """Return a value such that larger is better."""
        return value if self.direction is Direction.MAXIMIZE else -value

    def reached(self, value: float) -> bool:
        """Whether a value is as good as the goal."""
        return self.goal is not None and self.score(value) >= self.score(self.goal)

    def check(self, pipeline: Pipeline) -> None:
        """Make sure that a pipeline can show this metric.

        Raises:
            InvalidValueError: No such stage or output, or an output that holds no number.
        """
        parts = self.metric.split(".", 2)
        known = _producible(pipeline)
        if parts[0] not in pipeline.names:
            message = f"`{self.metric}` begins with no stage of pipeline `{pipeline.name}`"
            raise InvalidValueError(message, hint=f"use one of {known}")
        stage = pipeline.stage(parts[0])
        is_parameter = len(parts) == 2 and parts[1] in _numeric_outputs(stage)  # noqa: PLR2004
        is_metric = len(parts) == 3 and parts[1] in stage.output_artifacts  # noqa: PLR2004
        if not is_parameter and not is_metric:
            message = f"stage `{stage.name}` has no output that `{self.metric}` names"
            raise InvalidValueError(message, hint=f"use one of {known}")

    def value_in(self, outputs: Mapping[str, StageOutputs]) -> float:
        """Read the metric from the outputs of a trial's stages.

        Raises:
            InvalidValueError: It is not there, no number, or not finite.
        """
        stage, output, *key = self.metric.split(".", 2)
        found = outputs.get(stage, StageOutputs())
        if not key:
            value: object = found.parameters.get(output)
        else:
            artifacts = found.artifacts.get(output, ())
            value = next((a.metadata[key[0]] for a in artifacts if key[0] in a.metadata), None)
        if value is None:
            message = f"stage `{stage}` has ended without a value for `{self.metric}`"
            raise InvalidValueError(message)
        return _number(value, self.metric)


def _number(value: object, metric: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]  # anything that is no number is refused below
    except (TypeError, ValueError) as error:
        message = f"`{metric}` is {value!r}, which is no number"
        raise InvalidValueError(message) from error
    if not math.isfinite(number):
        message = f"`{metric}` is {number}, but an objective must be finite"
        raise InvalidValueError(message)
    return number


def _numeric_outputs(stage: Stage) -> tuple[str, ...]:
    """Return the output parameters that may hold a number, be it written as text."""
    return tuple(
        name for name, type_ in stage.output_parameters.items() if type_ in _MAY_HOLD_A_NUMBER
    )


def _producible(pipeline: Pipeline) -> str:
    numbers = [
        f"`{stage.name}.{output}`"
        for stage in pipeline.stages
        for output, type_ in stage.output_parameters.items()
        if type_ in {ParameterType.DOUBLE, ParameterType.INTEGER}
    ]
    noted = [
        (schema != "system.Metrics", f"`{stage.name}.{output}.<key>`")
        for stage in pipeline.stages
        for output, schema in stage.output_artifacts.items()
    ]
    names = [*numbers, *(name for _, name in sorted(noted))]
    return ", ".join(names) or "a stage's output parameter or metadata key (this pipeline has none)"
