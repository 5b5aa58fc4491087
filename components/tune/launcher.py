"""The first task: have a pipeline tuned, and wait for what comes out."""

from typing import Any, NamedTuple

from kfp import dsl

from components.tune.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False, packages_to_install=[])
def tune(
    pipeline_name: str,
    pipeline_version: str,
    objective: str,
    direction: str,
    goal: str,
    budget_seconds: int,
    parameters: list[Any],
    arguments: dict[str, Any],
    parallel_trials: int,
    max_trials: int,
    max_failed_trials: int,
    stage_timeout_seconds: int,
    algorithm: str,
    seed: int,
    cache_salt: str,
    cache_size_limit: str,
    cache_deletion_policy: str,
    if_terminated: str,
    run_id: str,
    run_name: str,
    metrics: dsl.Output[dsl.Metrics],
    report: dsl.Output[dsl.HTML],
    summary: dsl.Output[dsl.Markdown],
) -> NamedTuple(
    "Tuned", [("best", dict), ("objective_value", float), ("experiment", str), ("version", str)]
):
    """Make a TuningExperiment named after this run, follow it, and put out its result.

    Args:
        pipeline_name: The registered pipeline to tune.
        pipeline_version: Its version; `latest` for the newest.
        objective: The number to improve.
        direction: `Maximize` or `Minimize`.
        goal: The value at which tuning stops; empty for none.
        budget_seconds: Compute time that all stages may take together.
        parameters: What is tuned, and in which ranges.
        arguments: The values of inputs that stay as they are.
        parallel_trials: Trials that may run at once.
        max_trials: Trials at most; 0 for as many as the budget allows.
        max_failed_trials: Failed trials after which tuning fails.
        stage_timeout_seconds: When a stage counts as hanging; 0 for never.
        algorithm: The search.
        seed: Fixes every random choice.
        cache_salt: Any text; another one makes every stage run afresh.
        cache_size_limit: What the cache may hold; empty for no limit.
        cache_deletion_policy: What becomes of stage outputs when the experiment is deleted.
        if_terminated: What becomes of the experiment when the run is terminated.
        run_id: The id of this run.
        run_name: The name of this run.
        metrics: The result in figures.
        report: The report page.
        summary: The result for people.

    Returns:
        The best configuration, its objective, the experiment's name, the pipeline's version.
    """
    from collections import namedtuple

    from eeipu_kfp.launcher import tasks

    inputs = {
        "pipeline_name": pipeline_name,
        "pipeline_version": pipeline_version,
        "objective": objective,
        "direction": direction,
        "goal": goal,
        "budget_seconds": budget_seconds,
        "parameters": parameters,
        "arguments": arguments,
        "parallel_trials": parallel_trials,
        "max_trials": max_trials,
        "max_failed_trials": max_failed_trials,
        "stage_timeout_seconds": stage_timeout_seconds,
        "algorithm": algorithm,
        "seed": seed,
        "cache_salt": cache_salt,
        "cache_size_limit": cache_size_limit,
        "cache_deletion_policy": cache_deletion_policy,
        "if_terminated": if_terminated,
        "run_id": run_id,
        "run_name": run_name,
    }
    found = tasks.tune(inputs, metrics=metrics, report=report, summary=summary)
    tuned = namedtuple("Tuned", ["best", "objective_value", "experiment", "version"])  # noqa: PYI024
    return tuned(found.configuration, found.objective, found.experiment, found.version)
