"""The pipeline "EEIPU tune"; `python -m components.tune.pipeline` compiles it.

Its inputs are the form that a person fills in when they start a run in the KFP UI.
"""

import shutil
from pathlib import Path
from typing import Any

from kfp import compiler, dsl

from components.tune.best_run import run_best
from components.tune.launcher import tune

COMPILED = Path(__file__).with_suffix(".yaml")
PACKAGED = Path(__file__).parents[2] / "eeipu_kfp" / "launcher" / "tune.yaml"
"""The copy that `eeipu register` uploads, as it is part of the package."""


@dsl.pipeline(
    name="eeipu-tune",
    display_name="EEIPU tune",
    description=(
        "Tune a registered pipeline within a budget, and never pay twice for the same stage. "
        "Fill in pipeline_name, objective (stage.output, or stage.artifact.key for a metric) and "
        'parameters, such as [{"name": "rate", "searchSpace": {"logUniform": {"min": 0.0001, '
        '"max": 0.1}}}, {"name": "layers", "searchSpace": {"uniform": {"min": 2, "max": 12, '
        '"step": 2}}}, {"name": "optimizer", "searchSpace": {"categorical": {"choices": ["adam", '
        '"sgd"]}}}, {"name": "augment", "searchSpace": {"boolean": {}}}].'
    ),
)
def eeipu_tune(
    pipeline_name: str,
    objective: str,
    parameters: list[Any],
    pipeline_version: str = "latest",
    direction: str = "Maximize",
    budget_seconds: int = 3600,
    arguments: dict[str, Any] = {},  # noqa: B006  # kfp writes it into the form
    parallel_trials: int = 1,
    run_best_configuration: bool = False,
    goal: str = "",
    max_trials: int = 0,
    max_failed_trials: int = 5,
    stage_timeout_seconds: int = 0,
    algorithm: str = "eeipu",
    seed: int = 0,
    cache_salt: str = "",
    cache_size_limit: str = "",
    cache_deletion_policy: str = "Retain",
    if_terminated: str = "Suspend",
) -> None:
    """Tune a registered pipeline, and run it once more with what was best if that is wanted.

    Args:
        pipeline_name: The pipeline to tune, as it is registered in Kubeflow Pipelines.
        objective: The number to improve: `stage.output` for an output parameter, or
            `stage.artifact.key` for a value in a Metrics artifact, such as
            `evaluate.metrics.auroc`.
        parameters: What is tuned, as `parameters` of a TuningExperiment: a list of
            `{"name": INPUT, "searchSpace": RANGE}`, where a range is one of
            `{"uniform": {"min": 2, "max": 12, "step": 2}}` (without `step` any number between),
            `{"logUniform": {"min": 0.0001, "max": 0.1}}`,
            `{"categorical": {"choices": ["adam", "sgd"]}}` and `{"boolean": {}}`.
        pipeline_version: The name of its version; `latest` for the newest.
        direction: `Maximize` or `Minimize`.
        budget_seconds: Compute time that all stages of all trials may take together; what comes
            from the cache costs nearly nothing.
        arguments: The values of inputs that stay as they are, such as `{"data": "s3://b/d.csv"}`;
            all others keep the pipeline's defaults.
        parallel_trials: Trials that may run at once.
        run_best_configuration: Whether the pipeline is run once more at the end, with the best
            configuration, as a run of its own.
        goal: A value of the objective at which tuning stops; empty to use the whole budget.
        max_trials: Trials at most; 0 for as many as the budget allows.
        max_failed_trials: Failed trials after which tuning fails.
        stage_timeout_seconds: Seconds after which a stage counts as hanging; 0 for never.
        algorithm: `eeipu`, `eeipu-published`, `ei`, `eips`, `carbo`, `lambo`, `pbgi` or `random`.
        seed: Fixes every random choice of the search.
        cache_salt: Any text; another one makes every stage run afresh.
        cache_size_limit: What the cache may hold, such as `10Gi`; empty for no limit.
        cache_deletion_policy: What becomes of stage outputs when the TuningExperiment is deleted:
            `Retain` keeps them for experiments to come, `Delete` deletes them.
        if_terminated: What becomes of the TuningExperiment when this run is terminated: `Suspend`
            holds new trials back, and a retry of the run goes on; `Delete` deletes it.
    """
    tuned = tune(
        pipeline_name=pipeline_name,
        pipeline_version=pipeline_version,
        objective=objective,
        direction=direction,
        goal=goal,
        budget_seconds=budget_seconds,
        parameters=parameters,
        arguments=arguments,
        parallel_trials=parallel_trials,
        max_trials=max_trials,
        max_failed_trials=max_failed_trials,
        stage_timeout_seconds=stage_timeout_seconds,
        algorithm=algorithm,
        seed=seed,
        cache_salt=cache_salt,
        cache_size_limit=cache_size_limit,
        cache_deletion_policy=cache_deletion_policy,
        if_terminated=if_terminated,
        run_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
        run_name=dsl.PIPELINE_JOB_NAME_PLACEHOLDER,
    )
    tuned.set_caching_options(enable_caching=False)
    with dsl.If(run_best_configuration == True, name="run-best-configuration"):  # noqa: E712
        again = run_best(
            pipeline_name=pipeline_name,
            pipeline_version=tuned.outputs["version"],
            arguments=arguments,
            best=tuned.outputs["best"],
            run_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
            run_name=dsl.PIPELINE_JOB_NAME_PLACEHOLDER,
        )
        again.set_caching_options(enable_caching=False)


if __name__ == "__main__":
    compiler.Compiler().compile(eeipu_tune, str(COMPILED))
    shutil.copyfile(COMPILED, PACKAGED)
