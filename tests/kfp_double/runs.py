"""The runs that were submitted, and what has become of their tasks so far."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4, uuid5

from eeipu_kfp.compiled.dag import Document


class State(StrEnum):
    """States of runs and of their tasks, in the API's words."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELING = "CANCELING"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self in {State.SUCCEEDED, State.FAILED, State.SKIPPED}


class Mishap(StrEnum):
    """What Kubernetes may do to the pod of a stage, in its own words."""

    OOM = "OOMKilled"
    EVICTED = "Evicted"
    UNSCHEDULABLE = "Unschedulable"
    TERMINATED = "Error"


@dataclass(slots=True, kw_only=True)
class Task:
    """A task of the root DAG that has begun.

    Attributes:
        name: Its name.
        is_importer: Whether it is an importer, which has no driver and no executor.
        execution: Its number in the metadata.
        state: Where it is.
        created_at: When its driver ended, in seconds since the epoch.
        started_at: When its component began to run.
        seconds: How long that took.
        finished_at: When its node ended; None while it goes on.
        mishap: What has become of its pod; None where nothing did.
        parameters: What it has put out, by name.
        artifacts: The numbers of the artifacts that it has put out, by name.
        pods: The numbers of its containers in the metadata, by the path of their Argo nodes.
        log: What it printed.
    """

    name: str
    is_importer: bool = False
    execution: int
    state: State = State.RUNNING
    created_at: float
    started_at: float
    seconds: float = 0.0
    finished_at: float | None = None
    mishap: Mishap | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    artifacts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    pods: dict[str, int] = field(default_factory=dict)
    log: bytes = b""


@dataclass(slots=True, kw_only=True)
class Run:
    """A run.

    Attributes:
        id: What it is known by.
        name: Its display name.
        experiment_id: The KFP experiment that it belongs to.
        namespace: Where its pods would be.
        submitted: The request that made it.
        document: The pipeline.
        arguments: Values of the pipeline inputs, with the defaults of those not given.
        root: The URI of the folder for everything that it puts out.
        created_at: When it was submitted, in seconds since the epoch.
        order: The names of all tasks, in the order to run.
        context: Its number in the metadata.
        root_execution: The number of its root DAG there.
        state: Where it is.
        history: The states that it went through, with times.
        tasks: The tasks that have begun, by name.
        finished_at: When it ended; None while it goes on.
        mishaps: What is to become of its stages' pods.
        cancelled: Set when somebody wants it to end.
    """

    id: str = field(default_factory=lambda: str(uuid4()))
    name: str
    experiment_id: str
    namespace: str
    submitted: Mapping[str, Any]
    document: Document
    arguments: Mapping[str, Any]
    root: str
    created_at: float
    order: tuple[str, ...]
    context: int = 0
    root_execution: int = 0
    state: State = State.PENDING
    history: list[tuple[float, State]] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    finished_at: float | None = None
    mishaps: dict[str, Mishap] = field(default_factory=dict)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def workflow(self) -> str:
        """The name of its Argo workflow."""
        return f"{self.document.ir['pipelineInfo']['name']}-{self.id[:5]}"

    def enter(self, state: State, at: float) -> None:
        """Go to another state; a run that has ended stays as it is."""
        if self.state is state or self.state.is_final:
            return
        self.state = state
        self.history.append((at, state))
        if state.is_final:
            self.finished_at = at

    @property
    def stages(self) -> tuple[str, ...]:
        """The tasks that are no importers, in the order to run."""
        return tuple(name for name in self.order if not self.is_importer(name))

    def component(self, task: str) -> Mapping[str, Any]:
        """Return the component that a task of the root DAG runs."""
        return self.document.component(self.document.tasks[task])

    def is_importer(self, task: str) -> bool:
        """Whether a task of the root DAG is an importer."""
        return self.document.importer(self.document.tasks[task]) is not None


def pod_name(run: Run, execution: int) -> str:
    """Return the name of the pod that a container runs in."""
    return f"{run.workflow}-system-container-impl-{execution}"


def pod_uid(run: Run, execution: int) -> str:
    """Return what tells the pod of a container apart."""
    return str(uuid5(UUID(run.id), str(execution)))
