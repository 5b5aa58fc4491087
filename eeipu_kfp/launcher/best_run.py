"""The last task: the tuned pipeline once more, as a run of its own with the best configuration."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.compiled.reading import typed
from eeipu_kfp.core.ports import Clock, RunState
from eeipu_kfp.core.values import Value
from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.experiment.literals import value_of
from eeipu_kfp.launcher.form import KfpRun, text_of
from eeipu_kfp.launcher.pipelines import RegisteredPipeline, find_registered
from eeipu_kfp.launcher.progress import Say
from eeipu_kfp.launcher.surroundings import TerminatedError
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.runs import run_of

_SECONDS_BETWEEN_LOOKS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BestRun:
    """What is to be run.

    Attributes:
        pipeline_name: The registered pipeline.
        pipeline_version: Its version.
        arguments: The values of the inputs that were not tuned, as the form has them.
        best: The best configuration.
    """

    pipeline_name: str
    pipeline_version: str
    arguments: Mapping[str, Any]
    best: Mapping[str, Any]


def run_best(wanted: BestRun, run: KfpRun, api: KfpApi, clock: Clock, say: Say) -> str:
    """Run a pipeline, wait for its end, and return the run's id.

    The run stands beside that of "EEIPU tune", in the same experiment of Kubeflow Pipelines.
    Doing it again finds the same run.

    Args:
        wanted: What is to be run.
        run: The run of "EEIPU tune".
        api: Kubeflow Pipelines.
        clock: Tells the time.
        say: Writes a line of the log.

    Raises:
        EeipuError: The run cannot be started, or has not succeeded.
        TerminatedError: The run of "EEIPU tune" was terminated, and this one with it.
    """
    pipeline = find_registered(api, wanted.pipeline_name, wanted.pipeline_version)
    name = f"{run.experiment}-best"
    run_id = _started(name, _parameters(wanted, pipeline), run, pipeline, api)
    say(f"waits for run {name} ({run_id})")
    try:
        state = _ended(run_id, api, clock, say)
    except TerminatedError:
        with suppress(RunnerError):  # it has ended meanwhile, or goes on as any other run
            api.terminate(run_id)
        raise
    if state is not RunState.SUCCEEDED:
        message = f"run `{name}` of pipeline `{pipeline.name}` has not succeeded: {state.value}"
        raise RunnerError(message, hint=f"look at run {run_id} in Kubeflow Pipelines")
    return run_id


def _parameters(wanted: BestRun, pipeline: RegisteredPipeline) -> dict[str, Value]:
    """Return the inputs that differ from the pipeline's defaults, as their types want them."""
    known = {found.name: found for found in pipeline.compiled.shape.inputs}
    fixed = {
        name: value_of(text_of(value), known[name].type) for name, value in wanted.arguments.items()
    }
    best = {name: typed(value, known[name].type) for name, value in wanted.best.items()}
    return fixed | best


def _started(
    name: str,
    parameters: Mapping[str, Value],
    run: KfpRun,
    pipeline: RegisteredPipeline,
    api: KfpApi,
) -> str:
    own = api.run(run.id)
    if own is None:
        message = f"Kubeflow Pipelines at `{api.url}` does not know this run, {run.id}"
        raise RunnerError(message, hint="register with the address of the API that runs it")
    experiment_id = str(own["experiment_id"])
    found = api.find_run(name, experiment_id=experiment_id)
    return found or api.create_run(
        {
            "display_name": name,
            "experiment_id": experiment_id,
            "description": f"The best configuration that run {run.name} has found",
            "pipeline_version_reference": pipeline.reference,
            "runtime_config": {"parameters": dict(parameters)},
        }
    )


def _ended(run_id: str, api: KfpApi, clock: Clock, say: Say) -> RunState:
    while True:
        try:
            body = api.run(run_id)
        except RunnerUnavailableError as error:
            say(f"waits for Kubeflow Pipelines: {error}")
        else:
            if body is None:
                message = f"run {run_id} was deleted before its end"
                raise RunnerError(message)
            found = run_of(body)
            if found.has_ended:
                return found.state
        clock.sleep(_SECONDS_BETWEEN_LOOKS)
