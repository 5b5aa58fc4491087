"""Which names of a Katib experiment mean what in a pipeline, where that is beyond doubt."""

from __future__ import annotations

import re

from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput
from eeipu_kfp.experiment.katib.parameters import KatibParameter

_NUMBERS = (ParameterType.DOUBLE, ParameterType.INTEGER)


def input_for(parameter: KatibParameter, pipeline: Pipeline) -> PipelineInput | None:
    """Return the pipeline input that a parameter is for; None where there is none, or a doubt.

    Its own name counts first, then what the trial template calls it; case, `-` and `_` do not.
    """
    exact = pipeline.input(parameter.name)
    if exact is not None:
        return exact
    for name in (parameter.name, *parameter.aliases):
        found = [known for known in pipeline.inputs if _plain(known.name) == _plain(name)]
        if len(found) == 1:
            return found[0]
    return None


def metrics_for(name: str, pipeline: Pipeline) -> tuple[str, ...]:
    """Return the objective metrics of a pipeline that a metric's name may mean, the likeliest ones.

    These are output parameters of that name; failing that, that key of each Metrics artifact;
    failing that, every output parameter that is a number.
    """
    numbers = tuple(
        f"{stage.name}.{output}"
        for stage in pipeline.stages
        for output, type_ in stage.output_parameters.items()
        if type_ in _NUMBERS
    )
    same = tuple(n for n in numbers if _plain(n.split(".", 1)[1]) == _plain(name))
    kept = tuple(
        f"{stage.name}.{output}.{name}"
        for stage in pipeline.stages
        for output, schema in stage.output_artifacts.items()
        if schema == "system.Metrics"
    )
    return same or kept or numbers


def _plain(name: str) -> str:
    return re.sub(r"[-_\s]", "", name).lower()
