"""Pods as Kubernetes tells of them: those in which the stages of a run execute."""

from __future__ import annotations

from typing import Any

from tests.kfp_double.documents import timestamp
from tests.kfp_double.recording import pod_name
from tests.kfp_double.runs import Mishap, Run, State, Task

_EXIT_CODES = {Mishap.OOM: 137, Mishap.EVICTED: 137, Mishap.TERMINATED: 143}
_PHASES = {State.RUNNING: "Running", State.SUCCEEDED: "Succeeded", State.FAILED: "Failed"}


def pod_documents(run: Run) -> list[dict[str, Any]]:
    """Return the executor pods of a run, which the driver of each stage has asked for."""
    begun = [run.tasks[name] for name in run.stages if name in run.tasks]
    return [_pod(run, task) for task in begun if task.state is not State.SKIPPED]


def _pod(run: Run, task: Task) -> dict[str, Any]:
    node = f"{run.workflow}(0).root(0).{task.name}(0).executor(0)"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": pod_name(run, task),
            "namespace": run.namespace,
            "uid": task.pod_uid,
            "labels": {"pipeline/runid": run.id, "workflows.argoproj.io/workflow": run.workflow},
            "annotations": {"workflows.argoproj.io/node-name": node},
            "creationTimestamp": timestamp(task.created_at),
        },
        "spec": {"containers": [{"name": "main"}, {"name": "wait"}]},
        "status": _status(task),
    }


def _status(task: Task) -> dict[str, Any]:
    if task.mishap is Mishap.UNSCHEDULABLE:
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/1 nodes are available: 1 Insufficient cpu.",
        }
        return {"phase": "Pending", "conditions": [condition]}
    status: dict[str, Any] = {
        "phase": _PHASES[task.state],
        "startTime": timestamp(task.created_at),
        "containerStatuses": [{"name": "main", "restartCount": 0, "state": _main(task)}],
    }
    if task.mishap is Mishap.EVICTED and task.finished_at is not None:
        message = "The node was low on resource: memory."
        status |= {"reason": str(Mishap.EVICTED), "message": message}
    return status


def _main(task: Task) -> dict[str, Any]:
    started = {"startedAt": timestamp(task.started_at)}
    if task.finished_at is None:
        return {"running": started}
    is_good = task.state is State.SUCCEEDED
    code = 0 if is_good else _EXIT_CODES.get(task.mishap or Mishap.UNSCHEDULABLE, 1)
    reason = Mishap.OOM if task.mishap is Mishap.OOM else "Completed" if is_good else "Error"
    finished = timestamp(task.started_at + task.seconds)
    return {
        "terminated": {
            **started,
            "finishedAt": finished,
            "exitCode": code,
            "reason": str(reason),
        }
    }
