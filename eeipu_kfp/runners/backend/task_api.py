"""Run metadata from the API itself, where Kubeflow Pipelines keeps it from MLMD's removal on.

Written by the API's definition, on the branch that removes MLMD; no release has it yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eeipu_kfp.core.outputs import Artifact
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.pods import seconds_of
from eeipu_kfp.runners.backend.tasks import TaskKind, TaskRecord, TaskState

_KINDS = {"RUNTIME": TaskKind.CONTAINER, "IMPORTER": TaskKind.IMPORTER}
_STATES = {
    "SUCCEEDED": TaskState.SUCCEEDED,
    "CACHED": TaskState.SUCCEEDED,
    "FAILED": TaskState.FAILED,
    "SKIPPED": TaskState.SKIPPED,
}
_METRICS = {
    "Metric": "Metrics",
    "ClassificationMetric": "ClassificationMetrics",
    "SlicedClassificationMetric": "SlicedClassificationMetrics",
}
_LOG = "executor-logs"
_Json = Mapping[str, Any]


class TaskApiReader:
    """Fulfils `MetadataReader` with one call a run.

    A task's start and end are in whole seconds, and have the wait for a node, the image pull,
    download and upload in between.
    """

    def __init__(self, api: KfpApi) -> None:
        """Take the client of the backend."""
        self._api = api

    def read(self, run_id: str) -> tuple[TaskRecord, ...]:
        """Return what is noted of a run's tasks so far."""
        body = self._api.run(run_id, with_tasks=True) or {}
        tasks = sorted(body.get("tasks") or (), key=lambda task: str(task["create_time"]))
        return tuple(_record(task) for task in tasks)


def _record(task: _Json) -> TaskRecord:
    state = _STATES.get(task.get("state", ""), TaskState.RUNNING)
    outputs = task.get("outputs") or {}
    artifacts = {
        found["artifact_key"]: _artifacts(found.get("artifacts") or ())
        for found in outputs.get("artifacts") or ()
    }
    logs = artifacts.pop(_LOG, ())
    ended = task.get("end_time") if state is not TaskState.RUNNING else None
    return TaskRecord(
        id=task["task_id"],
        name="" if task.get("type") == "ROOT" else task["name"],
        parent=task.get("parent_task_id") or "",
        kind=_KINDS.get(task.get("type", ""), TaskKind.DAG),
        state=state,
        started_at=seconds_of(task["create_time"]),
        ended_at=seconds_of(ended) if ended else None,
        iteration=_iteration(task),
        parameters={p["parameter_key"]: p.get("value") for p in outputs.get("parameters") or ()},
        artifacts=artifacts,
        log_uri=logs[-1].uri if logs else "",
        message=(task.get("status_metadata") or {}).get("message", ""),
    )


def _iteration(task: _Json) -> int | None:
    # Protobuf writes 64-bit integers as text.
    index = (task.get("type_attributes") or {}).get("iteration_index")
    return None if index is None else int(index)


def _artifacts(found: Any) -> tuple[Artifact, ...]:
    """Return artifacts; the single metrics that one output consists of are one artifact."""
    metrics = {a["name"]: a["number_value"] for a in found if a.get("number_value") is not None}
    if metrics:
        return (Artifact(uri=found[0].get("uri", ""), type="system.Metrics", metadata=metrics),)
    return tuple(_artifact(artifact) for artifact in found)


def _artifact(artifact: _Json) -> Artifact:
    kind = artifact.get("type", "Artifact")
    return Artifact(
        uri=artifact.get("uri", ""),
        type=f"system.{_METRICS.get(kind, kind)}",
        metadata=artifact.get("metadata") or {},
    )
