"""The experiment file that a pipeline's user begins with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput, Stage
from eeipu_kfp.errors import PipelineError
from eeipu_kfp.experiment.conversion import UNKNOWN_KEY
from eeipu_kfp.experiment.fields import FUNCTION
from eeipu_kfp.experiment.models import API_VERSION, KIND
from eeipu_kfp.experiment.proposals import (
    SpaceFields,
    default_text,
    listed_space,
    proposed_space,
)
from eeipu_kfp.experiment.syntax import write_inline

_TO_MINIMIZE = re.compile(r"loss|error|rmse|mse|mae|perplexity|cost|latency|seconds", re.IGNORECASE)

_HEAD = f"""\
# A tuning experiment, proposed from the compiled pipeline: look through the ranges, then
#   eeipu plan FILE   shows the stages and which of them each parameter makes run again
#   eeipu run FILE    tunes
# Numbers with a fraction stand in quotes, as the Kubernetes API wants them.
apiVersion: {API_VERSION}
kind: {KIND}
"""
_TAIL = """\
  budget:
    seconds: 600  # compute time of all stages together; a stage whose output is reused is free

  # All that follows is optional.
  # algorithm:
  #   name: eeipu  # or eeipu-published (as in the paper), ei, eips, carbo, lambo, pbgi, random
  #   seed: 0  # fixes every random choice
  #   warmUpTrials: 10  # trials before the models are trusted; unset, the algorithm decides
  # maxTrials: 100  # unset, the budget alone decides
  # parallelTrials: 1  # trials that may run at once
  # maxFailedTrials: 5  # failed trials after which the experiment fails
  # stageTimeoutSeconds: 3600  # when a stage counts as hanging; unset, never
  # cache:
  #   salt: ""  # any other text makes every stage run afresh
  #   sizeLimit: 10Gi  # what saves the least time for its size goes first; unset, no limit
  #   store:  # on this machine; unset, beside the results; one of directory and s3
  #     directory: {path: cache}
  #     s3: {endpoint: "http://minio:9000", bucket: tuning}  # credentials from the environment
  #   deletionPolicy: Retain  # on a cluster: Delete removes outputs with the experiment
  # suspend: false  # on a cluster: hold back new trials
  # ttlSecondsAfterFinished: 86400  # on a cluster: delete the experiment that long after its end
"""


def write_template(pipeline: Pipeline, *, source: str, name: str) -> str:
    """Return a commented experiment document for a pipeline.

    Every input that a stage reads is tuned over a proposed range that holds its default, or, where
    no range suggests itself, fixed at its default with a comment that says how to tune it.

    Args:
        pipeline: The pipeline.
        source: Where it comes from: a file, or a function as `module:name`.
        name: What to call the experiment.

    Raises:
        PipelineError: No stage reads any input, so that there is nothing to tune.
    """
    tuned = _tuned(pipeline)
    fixed = [known for known in pipeline.inputs if known.name not in tuned and _worth_fixing(known)]
    kind = "function" if re.fullmatch(FUNCTION, source) else "path"
    lines = [
        f"metadata: {write_inline({'name': dns_label(name)})}",
        "spec:",
        f"  pipeline: {write_inline({kind: source})}",
        "",
        *_objective(pipeline),
        "",
        *_parameters(tuned, pipeline),
        "",
        *_arguments(fixed, pipeline),
        "",
    ]
    return _HEAD + "\n".join(lines) + "\n" + _TAIL


def _tuned(pipeline: Pipeline) -> dict[str, SpaceFields]:
    read = [known for known in pipeline.inputs if pipeline.owner(known.name) is not None]
    if not read:
        message = f"no stage of pipeline `{pipeline.name}` reads an input, so nothing can be tuned"
        raise PipelineError(message, hint="give it input parameters, and compile it again")
    proposed = {known.name: proposed_space(known) for known in read}
    found = {name: space for name, space in proposed.items() if space is not None}
    return found or {known.name: listed_space(known) for known in read}


def _worth_fixing(known: PipelineInput) -> bool:
    return known.default is not None or not known.optional


def dns_label(name: str) -> str:
    """Return a name that Kubernetes accepts, as close to the given one as it can be."""
    dashed = re.sub(r"[^a-z0-9]+", "-", name.lower())
    return dashed[:63].strip("-") or "experiment"


def _objective(pipeline: Pipeline) -> Iterator[str]:
    metrics = [metric for stage in reversed(pipeline.stages) for metric in _metrics(stage)]
    metric = metrics[0] if metrics else "<stage>.<output>"
    yield "  # What to improve: `stage.output` for an output parameter, `stage.artifact.key` for a"
    yield "  # value in a Metrics artifact."
    if not metrics:
        yield "  # TODO: no stage puts out a number or a Metrics artifact; add one."
    if metric.endswith(UNKNOWN_KEY):
        yield f"  # TODO: for {UNKNOWN_KEY} put the name that the stage gives to `log_metric`;"
        yield "  # the compiled pipeline does not tell it."
    if metrics[1:]:
        yield f"  # Others: {', '.join(metrics[1:])}"
    direction = Direction.MINIMIZE if _TO_MINIMIZE.search(metric) else Direction.MAXIMIZE
    yield "  objective:"
    yield f"    metric: {write_inline([metric])[1:-1]}"
    yield f"    direction: {direction}  # or {_other(direction)}"
    yield '    # goal: "0.99"  # tuning stops once this is reached; unset, it uses the whole budget'


def _metrics(stage: Stage) -> list[str]:
    outputs = stage.output_parameters.items()
    numeric = (ParameterType.DOUBLE, ParameterType.INTEGER)
    numbers = [
        f"{stage.name}.{name}" for kind in numeric for name, type_ in outputs if type_ is kind
    ]
    artifacts = stage.output_artifacts.items()
    keys = [
        f"{stage.name}.{name}.{UNKNOWN_KEY}"
        for name, schema in artifacts
        if schema == "system.Metrics"
    ]
    return numbers + keys


def _other(direction: Direction) -> Direction:
    return Direction.MAXIMIZE if direction is Direction.MINIMIZE else Direction.MINIMIZE


def _parameters(tuned: Mapping[str, SpaceFields], pipeline: Pipeline) -> Iterator[str]:
    yield "  # What may vary: exactly one of uniform {min, max, step}, logUniform {min, max},"
    yield "  # categorical {choices} and boolean {}."
    yield "  parameters:"
    for known in pipeline.inputs:
        if known.name in tuned:
            yield f"  # {_default(known)}; first read by stage `{pipeline.owner(known.name)}`"
            yield f"  - {write_inline({'name': known.name})[1:-1]}"
            yield f"    searchSpace: {write_inline(tuned[known.name])}"


def _default(known: PipelineInput) -> str:
    if known.default is None:
        return "no default"
    return "text" if known.type is ParameterType.STRING else f"default {default_text(known)}"


def _arguments(fixed: list[PipelineInput], pipeline: Pipeline) -> Iterator[str]:
    yield "  # What stays as it is; each value is text, read by the type of the pipeline input."
    if not fixed:
        yield "  # arguments: []"
        return
    yield "  arguments:"
    for item in fixed:
        if item.default is None:
            yield "  # TODO: the pipeline has no default for this."
        if pipeline.owner(item.name) is not None:
            space = {"name": item.name, "searchSpace": listed_space(item)}
            yield f"  # To tune it, add this to the parameters: {write_inline(space)}"
        yield f"  - {write_inline({'name': item.name, 'value': default_text(item)})}"
