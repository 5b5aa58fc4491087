"""The tasks of a run as the backend has noted them, wherever it keeps its run metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


class TaskTree:
    """Finds the records of a run by their place.

    Where a driver was repeated there are two records of one task, and the later one counts.
    """

    __slots__ = ("_children", "_root")

    def __init__(self, records: Iterable[TaskRecord]) -> None:
        """Take the records of one run, in the order they were made."""
        self._children: dict[str, list[TaskRecord]] = {}
        self._root = ""
        for record in records:
            if record.parent:
                self._children.setdefault(record.parent, []).append(record)
            else:
                self._root = record.id

    def stage(self, name: str) -> TaskRecord | None:
        """Return the record of a task of the root DAG; None where it has none yet."""
        return self.child(self._root, name)

    def child(self, parent: str, name: str) -> TaskRecord | None:
        """Return the record of a task in a DAG, given the DAG's id; None where it has none."""
        found = [record for record in self._children.get(parent, []) if record.name == name]
        return found[-1] if found else None

    def rounds(self, record: TaskRecord) -> tuple[TaskRecord, ...]:
        """Return the rounds of a loop, in order; for anything else, itself."""
        rounds = {
            child.iteration: child
            for child in self._children.get(record.id, [])
            if child.iteration is not None and child.kind is TaskKind.DAG
        }
        return tuple(rounds[number] for number in sorted(rounds)) or (record,)

    def containers(self, record: TaskRecord) -> tuple[TaskRecord, ...]:
        """Return the containers that a task consists of: itself, or all that its DAG has run."""
        return tuple(found for found in self._below(record) if found.kind is TaskKind.CONTAINER)

    def telling(self, record: TaskRecord) -> TaskRecord:
        """Return the container that tells most of how a task ended: the last that has failed.

        Where none has, it is the last of all; where there is none, the task itself.
        """
        containers = self.containers(record)
        failed = [found for found in containers if found.state is not TaskState.SUCCEEDED]
        return (failed or containers or (record,))[-1]

    def _below(self, record: TaskRecord) -> Iterator[TaskRecord]:
        yield record
        for child in self._children.get(record.id, []):
            yield from self._below(child)
