"""Pods as Kubernetes tells of them: those in which the stages of a run execute."""

from __future__ import annotations

from typing import Any

from tests.kfp_double.documents import timestamp
from tests.kfp_double.runs import Mishap, Run, State, Task, pod_name, pod_uid

_EXIT_CODES = {Mishap.OOM: 137, Mishap.EVICTED: 137, Mishap.TERMINATED: 143}
_LAUNCHER_LINE = (
    "F1124 00:00:00.000000      24 launcher_v2.go:449] Component failed to execute successfully: "
    "exit status 1\n"
)
_PHASES = {State.RUNNING: "Running", State.SUCCEEDED: "Succeeded", State.FAILED: "Failed"}


def pod_documents(run: Run) -> list[dict[str, Any]]:
    """Return the executor pods of a run, which the driver of each stage has asked for."""
    begun = [run.tasks[name] for name in run.stages if name in run.tasks]
    return [
        _pod(run, task, path)
        for task in begun
        for path in task.pods
        if task.state is not State.SKIPPED
    ]


def pod_log(run: Run, pod: str) -> str:
    """Return what a pod of a run has printed; empty where it is gone or still runs."""
    for task in [run.tasks[name] for name in run.stages if name in run.tasks]:
        names = {pod_name(run, execution) for execution in task.pods.values()}
        if pod in names and task.finished_at is not None:
            is_failure = task.state is State.FAILED
            return task.log.decode() + (_LAUNCHER_LINE if is_failure else "")
    return ""


def _pod(run: Run, task: Task, path: str) -> dict[str, Any]:
    inner = "".join(f".{name}(0)" for name in path.split("."))
    execution = task.pods[path]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": pod_name(run, execution),
            "namespace": run.namespace,
            "uid": pod_uid(run, execution),
            "labels": {"pipeline/runid": run.id, "workflows.argoproj.io/workflow": run.workflow},
            "annotations": {
                "workflows.argoproj.io/node-name": f"{run.workflow}(0).root(0){inner}.executor(0)"
            },
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
    finished = timestamp(task.started_at + task.seconds / len(task.pods))
    return {
        "terminated": {
            **started,
            "finishedAt": finished,
            "exitCode": code,
            "reason": str(reason),
        }
    }
