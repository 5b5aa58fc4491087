"""The experiment file that a Katib experiment's user goes on with."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from eeipu_kfp.core.pipeline import Pipeline, PipelineInput
from eeipu_kfp.experiment.katib.documents import KatibExperiment
from eeipu_kfp.experiment.katib.names import input_for, metrics_for
from eeipu_kfp.experiment.katib.parameters import KatibParameter, space_of
from eeipu_kfp.experiment.models import API_VERSION, KIND
from eeipu_kfp.experiment.syntax import write_inline
from eeipu_kfp.experiment.template import dns_label

_WIDTH = 100
_HEAD = f"""\
# Carried over from a Katib Experiment. Settle each TODO, then:
#   eeipu validate FILE   checks it against the pipeline
#   eeipu plan FILE       shows the stages and which of them each parameter makes run again
apiVersion: {API_VERSION}
kind: {KIND}
"""


def write_converted(
    katib: KatibExperiment, pipeline: Pipeline | None = None, *, source: str = ""
) -> str:
    """Return a commented experiment document for a Katib experiment.

    Args:
        katib: The Katib experiment.
        pipeline: The pipeline that takes the place of its trial template; None where it is to be
            made yet.
        source: Where the pipeline comes from, as the document will name it.
    """
    identity = {"name": dns_label(katib.name)}
    if katib.namespace:
        identity["namespace"] = katib.namespace
    lines = [
        f"metadata: {write_inline(identity)}",
        "spec:",
        *_pipeline(source),
        "",
        *_objective(katib, pipeline),
        "",
        *_parameters(katib, pipeline),
        "",
        *_limits(katib),
        *_remarks(katib),
    ]
    return _HEAD + "\n".join(lines) + "\n"


def _pipeline(source: str) -> Iterator[str]:
    if not source:
        yield "  # TODO: a compiled pipeline in place of the trialTemplate, as seen from this file."
    yield f"  pipeline: {write_inline({'path': source or 'pipeline.yaml'})}"


def _objective(katib: KatibExperiment, pipeline: Pipeline | None) -> Iterator[str]:
    found = () if pipeline is None else metrics_for(katib.metric, pipeline)
    metric = found[0] if len(found) == 1 else _unsettled(katib.metric)
    if len(found) != 1:
        yield "  # TODO: which stage puts the metric out: `stage.output` for an output parameter,"
        yield "  # `stage.artifact.key` for a value in a Metrics artifact."
    if found[1:]:
        yield f"  # It may be one of {', '.join(found)}."
    yield "  objective:"
    yield f"    metric: {write_inline([metric])[1:-1]}"
    yield f"    direction: {katib.direction}"
    if katib.goal:
        yield f"    goal: {write_inline([katib.goal])[1:-1]}"


def _unsettled(metric: str) -> str:
    """Return a metric whose stage is not known; only the key of an artifact may hold any letter."""
    output = "<artifact>." if re.search(r"[.\s]", metric) else ""
    return f"<stage>.{output}{metric}"


def _parameters(katib: KatibExperiment, pipeline: Pipeline | None) -> Iterator[str]:
    tuned = [p for p in katib.parameters if p.only_value is None]
    fixed = [p for p in katib.parameters if p.only_value is not None]
    if pipeline is None:
        yield "  # TODO: make each name that of a pipeline input."
    yield "  parameters:" if tuned else "  parameters: []  # TODO: every parameter has one value"
    for parameter in tuned:
        yield from _tuned(parameter, pipeline)
    if fixed:
        yield ""
        yield "  arguments:"
    for parameter in fixed:
        known, comments = _matched(parameter, pipeline)
        yield from comments
        name = parameter.name if known is None else known.name
        yield f"  - {write_inline({'name': name, 'value': parameter.only_value})}"


def _tuned(parameter: KatibParameter, pipeline: Pipeline | None) -> Iterator[str]:
    known, comments = _matched(parameter, pipeline)
    space = space_of(parameter, None if known is None else known.type)
    yield from comments
    if space.note:
        yield f"  # {space.note}"
    yield f"  - name: {write_inline([parameter.name if known is None else known.name])[1:-1]}"
    yield f"    searchSpace: {write_inline(space.fields)}"


def _matched(
    parameter: KatibParameter, pipeline: Pipeline | None
) -> tuple[PipelineInput | None, Sequence[str]]:
    if pipeline is None:
        return None, ()
    known = input_for(parameter, pipeline)
    if known is None:
        inputs = ", ".join(each.name for each in pipeline.inputs)
        return None, (f"  # TODO: the pipeline has no such input, but {inputs}",)
    is_renamed = known.name != parameter.name
    return known, (f"  # `{parameter.name}` with Katib",) if is_renamed else ()


def _limits(katib: KatibExperiment) -> Iterator[str]:
    yield "  # TODO: what may be spent: Katib only counts trials, but this is the compute time of"
    yield "  # all stages together, in which a stage whose output is reused is free."
    yield "  budget: {seconds: 3600}"
    algorithm = {"name": katib.algorithm, "seed": katib.seed, "warmUpTrials": katib.warm_up_trials}
    chosen = {name: value for name, value in algorithm.items() if value is not None}
    yield f"  algorithm: {write_inline(chosen)}"
    if katib.max_trials is not None:
        yield f"  maxTrials: {katib.max_trials}"
    yield f"  parallelTrials: {katib.parallel_trials}"
    if katib.max_failed_trials is not None:
        yield f"  maxFailedTrials: {katib.max_failed_trials}"


def _remarks(katib: KatibExperiment) -> Iterator[str]:
    if katib.remarks:
        yield ""
        yield "# Not carried over:"
    for remark in katib.remarks:
        yield textwrap.fill(
            remark,
            width=_WIDTH,
            initial_indent="# - ",
            subsequent_indent="#   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
