"""The ports: what the tuning loop needs of the world, as Protocols that small adapters fulfil."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.core.trial import Failure, StageOutcome, Trial
from eeipu_kfp.core.values import Value


class Clock(Protocol):
    """Time, real or virtual."""

    def now(self) -> float:
        """Return the seconds since the epoch."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass; a virtual clock jumps to what happens next."""
        ...


class Designer(Protocol):
    """A search strategy: history in, suggestion out; it keeps nothing between calls."""

    def suggest(self, request: SuggestionRequest) -> Suggestion | Stop:
        """Return what to try next."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """What decides a stage's output, and so its key.

    Attributes:
        component: The component by its parts: image, command, arguments, environment, code.
        parameters: Values that reach the stage from pipeline inputs or constants, by input name.
        consumes: By input name, the stage and the output that an input is fed from.
        follows: Stages that must end before it without handing anything over.
    """

    component: Mapping[str, Any]
    parameters: Mapping[str, Value] = field(default_factory=dict)
    consumes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    follows: tuple[str, ...] = ()


class TunedPipeline(Protocol):
    """A pipeline as the tuning loop sees it."""

    @property
    def shape(self) -> Pipeline:
        """The stages and what each reads."""
        ...

    def ingredients(self, stage: str, arguments: Mapping[str, Value]) -> Ingredients:
        """Return what decides a stage's output, given the values of the pipeline inputs."""
        ...

    def cut(self, outputs: Mapping[str, StageOutputs]) -> Mapping[str, Any]:
        """Return the pipeline without the stages named, fed with their outputs instead.

        Args:
            outputs: What each stage taken out has put out before; empty where nobody reads it.
        """
        ...

    def imported(self, task: str) -> str | None:
        """Return the stage whose output a task of a cut pipeline imports; None where it is none."""
        ...


class RunState(StrEnum):
    """Where a run is."""

    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRun:
    """What a runner is asked to execute.

    Attributes:
        name: Tells runs apart; starting a name that was started before changes nothing.
        pipeline: The trial pipeline: compiled IR without the cached stages.
        arguments: Values of the pipeline inputs.
        stages: The stages that will run, in order.
        stage_timeout_seconds: When a stage counts as hanging; None for never.
    """

    name: str
    pipeline: Mapping[str, Any]
    arguments: Mapping[str, Value]
    stages: tuple[str, ...]
    stage_timeout_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """A stage that has ended, or an importer that stands for a cached one, as the runner saw it.

    Attributes:
        stage: The stage's name; the importer's where the outcome is CACHED.
        outcome: EXECUTED, FAILED or SKIPPED (a condition that was not met); CACHED for an importer
            that has taken time.
        seconds: Compute time.
        overhead_seconds: Time beside the compute.
        started_at: When it began, in seconds since the epoch.
        outputs: What it has put out; None unless it was executed.
        failure: Why it failed; None unless it did.
    """

    stage: str
    outcome: StageOutcome
    seconds: float
    overhead_seconds: float = 0.0
    started_at: float | None = None
    outputs: StageOutputs | None = None
    failure: Failure | None = None


class Runner(Protocol):
    """Executes trial pipelines. A run outlives the process that started it, or ends with it."""

    def start(self, run: TrialRun) -> str:
        """Start a run and return the handle it is known by; idempotent in the run's name.

        Raises:
            RunnerError: It cannot be started.
        """
        ...

    def poll(self, handle: str) -> RunState:
        """Return where a run is; a run whose process is gone without an end is STOPPED."""
        ...

    def stop(self, handle: str) -> None:
        """End a run with everything it has started; harmless where it has ended."""
        ...

    def collect(self, handle: str) -> tuple[StageResult, ...]:
        """Return the stages that have ended so far, in the order they ended.

        Works while the run goes on, after its end, and in a new process after a crash.
        """
        ...

    def discard(self, handle: str) -> None:
        """Remove what a run that is over has left with the runner; harmless where nothing is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """An object in a store.

    Attributes:
        name: Its name, parts separated by `/`.
        size_bytes: Its size.
        etag: Changes when the content does.
    """

    name: str
    size_bytes: int
    etag: str


class ObjectStore(Protocol):
    """A flat store of named objects. A put is seen whole or not at all, and survives a power cut.

    Every method raises StoreError where the store cannot be reached or refuses.
    """

    def put(self, name: str, data: bytes) -> ObjectInfo:
        """Write an object, replacing one of that name."""
        ...

    def put_file(self, name: str, path: Path) -> ObjectInfo:
        """Write an object from a file."""
        ...

    def get(self, name: str) -> bytes:
        """Return an object's content; MissingObjectError where there is none."""
        ...

    def get_file(self, name: str, path: Path) -> None:
        """Write an object's content to a file; MissingObjectError where there is none."""
        ...

    def head(self, name: str) -> ObjectInfo | None:
        """Return what is known of an object; None where there is none."""
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the objects whose name begins with a prefix, by name."""
        ...

    def delete(self, name: str) -> None:
        """Remove an object; harmless where there is none."""
        ...

    def uri(self, name: str) -> str:
        """Return where an object is, as a pipeline would name it."""
        ...

    def local_path(self, name: str) -> Path | None:
        """Return the file or folder behind a name where the store is this machine's disk."""
        ...


class Ledger(Protocol):
    """The record of an experiment's trials; a later append of a trial replaces the earlier one."""

    def append(self, trial: Trial, *, handle: str | None = None) -> None:
        """Record a trial as it is now, and the handle of its run."""
        ...

    def load(self) -> tuple[tuple[Trial, str | None], ...]:
        """Return every trial with its run's handle, by number."""
        ...
