"""Runs as the API tells of them.

Every template of Argo's has a node for its attempts and one for each attempt, whose name ends in
`(0)`, for that is what the stock configuration of Kubeflow Pipelines makes of it. All times are
whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.kfp_double.runs import Run, State, Task

NEVER = "0001-01-01T00:00:00Z"
_NOT_FINISHED = "1970-01-01T00:00:00Z"


def timestamp(seconds: float) -> str:
    """Return a time as the API writes it."""
    return datetime.fromtimestamp(int(seconds), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def run_document(run: Run, *, has_details: bool) -> dict[str, Any]:
    """Return what the API says of a run.

    Args:
        run: The run.
        has_details: Whether the API has heard of the workflow by now.
    """
    given = ("description", "pipeline_spec", "pipeline_version_reference", "runtime_config")
    document = {
        "experiment_id": run.experiment_id,
        "run_id": run.id,
        "display_name": run.name,
        "storage_state": "AVAILABLE",
        **{name: run.submitted[name] for name in given if name in run.submitted},
        "service_account": run.submitted.get("service_account", "pipeline-runner"),
        "created_at": timestamp(run.created_at),
        "scheduled_at": timestamp(run.created_at),
        "finished_at": timestamp(run.finished_at) if run.finished_at else _NOT_FINISHED,
        "state": str(run.state),
        "state_history": [
            {"update_time": timestamp(at), "state": str(state)} for at, state in run.history
        ],
    }
    if has_details:
        document["run_details"] = {"task_details": list(_task_details(run))}
    return document


def _task_details(run: Run) -> Iterator[dict[str, Any]]:
    for name in (run.workflow, "root"):
        yield from _attempts(run, name, run.state, run.created_at, run.finished_at)
    yield from _attempts(run, "root-driver", State.SUCCEEDED, run.created_at, run.created_at)
    for name in run.order:
        task = run.tasks.get(name)
        if task is not None:
            yield from _begun(run, task)
        elif run.finished_at is not None:
            at = timestamp(run.finished_at)
            yield _entry(run, name, start_time=at, end_time=at)


def _begun(run: Run, task: Task) -> Iterator[dict[str, Any]]:
    began, ended = task.created_at, task.finished_at
    yield from _attempts(run, task.name, task.state, began, ended)
    if not task.is_importer:
        yield from _attempts(run, f"{task.name}-driver", State.SUCCEEDED, began, began)
        yield from _attempts(run, "executor", task.state, began, ended)


def _attempts(
    run: Run, name: str, state: State, began: float, ended: float | None
) -> Iterator[dict[str, Any]]:
    node = State.RUNNING if state in {State.PENDING, State.CANCELING} else state
    for display_name in (name, f"{name}(0)"):
        yield _entry(
            run,
            display_name,
            start_time=timestamp(began),
            end_time=timestamp(ended) if ended is not None else NEVER,
            state=str(node),
            state_history=[{"update_time": timestamp(ended or began), "state": str(node)}],
        )


def _entry(run: Run, display_name: str, **fields: Any) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "task_id": f"{run.id}-{display_name}",
        "display_name": display_name,
        "create_time": timestamp(run.created_at),
        **fields,
    }
