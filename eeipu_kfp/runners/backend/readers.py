"""Run metadata: what a backend has noted of each task of a run, wherever it keeps that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from eeipu_kfp.core.outputs import Artifact


class TaskKind(StrEnum):
    """What runs a task."""

    CONTAINER = "Container"
    IMPORTER = "Importer"
    DAG = "DAG"


class TaskState(StrEnum):
    """Where a task is; one that was killed stays RUNNING for ever."""

    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """What is noted of one task of a run.

    Attributes:
        id: Tells tasks of a run apart.
        name: The task's name in its DAG; empty for the root.
        parent: Id of the DAG that it is in; empty for the root.
        kind: What runs it.
        state: Where it is.
        started_at: When its driver was done, in seconds since the epoch.
        ended_at: When its outputs were noted; None before that.
        iteration: Which round of a loop it is; None outside of loops.
        parameters: Output parameters; integers may have become floats.
        artifacts: Output artifacts by name.
        log_uri: Where its log is kept; empty where that is not known.
        message: Why it failed; empty where that is not noted.
    """

    id: str
    name: str
    parent: str
    kind: TaskKind
    state: TaskState
    started_at: float
    ended_at: float | None = None
    iteration: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    artifacts: Mapping[str, tuple[Artifact, ...]] = field(default_factory=dict)
    log_uri: str = ""
    message: str = ""


class MetadataReader(Protocol):
    """Reads run metadata."""

    def read(self, run_id: str) -> tuple[TaskRecord, ...]:
        """Return what is noted of a run's tasks so far, the root among them; none for none.

        Raises:
            RunnerError: It cannot be read.
        """
        ...
