"""The pods of a run: which stage each works for, and when its user code ran."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

MAIN = "main"
"""The container that runs the user's code, between KFP's download and upload."""

_NODE_NAME = "workflows.argoproj.io/node-name"
_ATTEMPT = re.compile(r"\(\d+\)")
_EXECUTOR = "executor"
_DRIVER = "-driver"
_OVER = frozenset({"Failed", "Succeeded"})
# Kubernetes tells whole seconds, so a container that began and ended in the same one ran for less.
_LESS_THAN_A_SECOND = 0.5


class PodReader(Protocol):
    """Reads the pods of a run, as long as they are there."""

    def pods(self, run_id: str) -> tuple[Mapping[str, Any], ...]:
        """Return the documents of a run's pods.

        Raises:
            RunnerError: They cannot be read.
        """
        ...

    def log(self, pod: str) -> str:
        """Return the end of what the user's code has printed in a pod; empty where it is gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """One pod of a run.

    Attributes:
        name: Its name.
        path: The tasks that lead to it from the root DAG, such as `("train", "executor")`.
        created_at: When it was made, in seconds since the epoch.
        started_at: When the user's code began; None before that.
        finished_at: When it ended; None before that.
        document: All that Kubernetes says of it.
    """

    name: str
    path: tuple[str, ...]
    created_at: float
    started_at: float | None
    finished_at: float | None
    document: Mapping[str, Any]

    @property
    def stage(self) -> str:
        """The stage or importer that it works for."""
        first = self.path[0] if self.path else ""
        return first.removesuffix(_DRIVER) if len(self.path) == 1 else first

    @property
    def is_executor(self) -> bool:
        """Whether it runs the user's code."""
        return len(self.path) > 1 and self.path[-1] == _EXECUTOR

    @property
    def is_over(self) -> bool:
        """Whether it has ended, with user code or before that."""
        return self.document.get("status", {}).get("phase") in _OVER

    @property
    def seconds(self) -> float:
        """How long the user's code ran, in whole seconds; 0 where it has not ended."""
        if self.started_at is None or self.finished_at is None:
            return 0.0
        return max(self.finished_at - self.started_at, _LESS_THAN_A_SECOND)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTiming:
    """When a stage ran, by its pods.

    Attributes:
        started_at: When its user code began, in seconds since the epoch.
        finished_at: When its last user code ended.
        seconds: How long its user code ran, over all its pods and attempts.
        overhead_seconds: The rest of the time since its driver pod was made.
    """

    started_at: float
    finished_at: float
    seconds: float
    overhead_seconds: float


def pod_of(document: Mapping[str, Any]) -> Pod:
    """Return the pod that a document of the Kubernetes API describes."""
    metadata = document["metadata"]
    main = container_state(document, MAIN)
    began = main.get("running") or main.get("terminated") or {}
    ended = main.get("terminated") or {}
    return Pod(
        name=metadata["name"],
        path=_path(metadata.get("annotations", {}).get(_NODE_NAME, "")),
        created_at=seconds_of(metadata["creationTimestamp"]),
        started_at=_seconds_or_none(began.get("startedAt")),
        finished_at=_seconds_or_none(ended.get("finishedAt")),
        document=document,
    )


def latest(pods: Iterable[Pod]) -> tuple[Pod, ...]:
    """Return the last attempt at each task."""
    ordered = sorted(pods, key=lambda pod: (pod.created_at, pod.name))
    return tuple({pod.path: pod for pod in ordered}.values())


def stage_timing(stage: str, pods: Iterable[Pod]) -> StageTiming | None:
    """Return when a stage ran; None where no pod tells, or one is still at work."""
    own = [pod for pod in pods if pod.stage == stage]
    executors = [pod for pod in own if pod.is_executor]
    starts = [pod.started_at for pod in executors if pod.started_at is not None]
    ends = [pod.finished_at for pod in executors if pod.finished_at is not None]
    if not ends or is_at_work(stage, own):
        return None
    seconds = sum(pod.seconds for pod in executors)
    wall_seconds = max(ends) - min(pod.created_at for pod in own)
    return StageTiming(
        started_at=min(starts),
        finished_at=max(ends),
        seconds=seconds,
        overhead_seconds=max(wall_seconds - seconds, 0.0),
    )


def is_at_work(stage: str, pods: Iterable[Pod]) -> bool:
    """Whether user code of a stage may be running; an attempt that was given up is not.

    A node tells of what begins up to seconds late, so a pod that has not begun counts too.
    """
    own = [pod for pod in latest(pods) if pod.stage == stage and pod.is_executor]
    return any(pod.finished_at is None and not pod.is_over for pod in own)


def container_state(document: Mapping[str, Any], container: str) -> Mapping[str, Any]:
    """Return the state of a pod's container; empty where it has none yet."""
    statuses = document.get("status", {}).get("containerStatuses") or ()
    states = (status["state"] for status in statuses if status["name"] == container)
    return next(states, {})


def seconds_of(stamp: str) -> float:
    """Return a time stamp of an API in seconds since the epoch."""
    return datetime.fromisoformat(stamp).timestamp()


def _seconds_or_none(stamp: str | None) -> float | None:
    return seconds_of(stamp) if stamp else None


def _path(node: str) -> tuple[str, ...]:
    """Return the tasks in an Argo node's name, such as `three-x(0).root(0).train(0).executor`."""
    _, _, path = _ATTEMPT.sub("", node).partition(".root.")
    return tuple(path.split(".")) if path else ()
