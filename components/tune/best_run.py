"""The last task, if it is wanted: the tuned pipeline once more, with the best configuration."""

from typing import Any

from kfp import dsl

from components.tune.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False, packages_to_install=[])
def run_best(
    pipeline_name: str,
    pipeline_version: str,
    arguments: dict[str, Any],
    best: dict[str, Any],
    run_id: str,
    run_name: str,
) -> str:
    """Start a run of the tuned pipeline with the best configuration, and wait for its end.

    Args:
        pipeline_name: The registered pipeline.
        pipeline_version: Its version.
        arguments: The values of inputs that were not tuned.
        best: The best configuration.
        run_id: The id of this run.
        run_name: The name of this run.

    Returns:
        The id of the run that was started.
    """
    from eeipu_kfp.launcher import tasks

    return tasks.run_with(
        {
            "pipeline_name": pipeline_name,
            "pipeline_version": pipeline_version,
            "arguments": arguments,
            "best": best,
            "run_id": run_id,
            "run_name": run_name,
        }
    )
