"""How a run is written into the metadata and the bucket as it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from eeipu_kfp.compiled.dag import constant_of, feeds, parameters_of
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from tests.kfp_double.metadata import Event, Execution, MetadataStore
from tests.kfp_double.objects import Bucket
from tests.kfp_double.runs import Mishap, Run, State, Task

LOGS = "executor-logs"
_EXECUTIONS = {
    State.SUCCEEDED: Execution.COMPLETE,
    State.FAILED: Execution.FAILED,
    State.SKIPPED: Execution.CANCELED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A stage that has ended by itself.

    Attributes:
        state: SUCCEEDED, FAILED or SKIPPED.
        started_at: When its component began, in seconds since the epoch.
        seconds: How long that took.
        finished_at: When all of it was over.
        outputs: What it has put out, at local paths; empty unless it succeeded.
        log: What it printed; None where nothing is kept.
    """

    state: State
    started_at: float
    seconds: float
    finished_at: float
    outputs: StageOutputs = field(default_factory=StageOutputs)
    log: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Writes runs into the metadata and what they put out into a bucket."""

    metadata: MetadataStore
    bucket: Bucket

    def begin(self, run: Run) -> None:
        """Note a run, and the artifacts that it imports."""
        begun = self.metadata.begin_run(run.id, run.root, run.created_at)
        run.context, run.root_execution = begun
        for name in run.order:
            if run.is_importer(name):
                self._import(run, name)

    def begin_stage(self, run: Run, name: str, at: float) -> None:
        """Note that the driver of a stage has ended, and that its component runs."""
        task = self._begin(run, name, "system.ContainerExecution", at)
        task.mishap = run.mishaps.get(name)
        for feed in feeds(run.document.tasks[name]):
            producer = run.tasks.get(feed.producer)
            for artifact in producer.artifacts.get(feed.output, ()) if producer else ():
                self.metadata.link(task.execution, artifact, feed.input, Event.INPUT, at)

    def end_stage(self, run: Run, name: str, ended: Ended) -> None:
        """Note what a stage has put out, and its log."""
        task, at = run.tasks[name], ended.finished_at
        task.started_at, task.seconds = ended.started_at, ended.seconds
        if ended.state is State.SUCCEEDED:
            self._put_out(task, ended.outputs, at)
        if ended.log is not None:
            self._keep_log(task, ended.log, at)
        self.metadata.end_execution(task.execution, _EXECUTIONS[ended.state], at)
        task.state, task.finished_at = ended.state, at

    def kill_stage(self, run: Run, name: str, mishap: Mishap, at: float) -> None:
        """Note that the pod of a stage is gone; the metadata never hears of it."""
        task = run.tasks[name]
        task.mishap, task.state, task.finished_at = mishap, State.FAILED, at
        task.seconds = at - task.started_at

    def _begin(self, run: Run, name: str, kind: str, at: float) -> Task:
        properties = {
            "task_name": name,
            "display_name": name,
            "parent_dag_id": run.root_execution,
            "inputs": _inputs(run, name),
        }
        task = Task(
            name=name,
            is_importer=run.is_importer(name),
            execution=self.metadata.begin_execution(run.context, kind, properties, at),
            folder=f"{run.root}/{name}/{uuid4()}",
            created_at=at,
            started_at=at,
        )
        if not task.is_importer:
            self.metadata.annotate(task.execution, _pod_properties(run, task))
        run.tasks[name] = task
        return task

    def _import(self, run: Run, name: str) -> None:
        at = run.created_at
        importer = run.document.importer(run.document.tasks[name]) or {}
        task = self._begin(run, name, "system.ImporterExecution", at)
        artifact = self.metadata.import_artifact(
            importer_uri(run, name),
            importer["typeSchema"]["schemaTitle"],
            importer.get("metadata", {}),
            at,
        )
        self.metadata.link(task.execution, artifact, "artifact", Event.OUTPUT, at)
        self.metadata.end_execution(task.execution, Execution.COMPLETE, at)
        task.artifacts = {"artifact": (artifact,)}
        task.state, task.finished_at = State.SUCCEEDED, at

    def _put_out(self, task: Task, outputs: StageOutputs, at: float) -> None:
        task.parameters = dict(outputs.parameters)
        if task.parameters:
            self.metadata.annotate(task.execution, {"outputs": task.parameters})
        for name, artifacts in outputs.artifacts.items():
            task.artifacts[name] = tuple(self._kept(task, name, artifacts, at))

    def _kept(
        self, task: Task, name: str, artifacts: tuple[Artifact, ...], at: float
    ) -> Iterator[int]:
        for index, artifact in enumerate(artifacts):
            uri = f"{task.folder}/{name}" + (f"/{index}" if len(artifacts) > 1 else "")
            self.bucket.upload(Path(artifact.uri), uri)
            metadata = {**artifact.metadata, "display_name": name}
            number = self.metadata.add_artifact(uri, artifact.type, metadata, at)
            self.metadata.link(task.execution, number, name, Event.OUTPUT, at)
            yield number

    def _keep_log(self, task: Task, log: bytes, at: float) -> None:
        uri = f"{task.folder}/{LOGS}-0"
        name = self.bucket.name_of(uri)
        assert name is not None
        self.bucket.put(name, log)
        metadata = {"display_name": LOGS}
        number = self.metadata.add_artifact(uri, "system.Artifact", metadata, at)
        self.metadata.link(task.execution, number, LOGS, Event.OUTPUT, at)


def importer_uri(run: Run, name: str) -> str:
    """Return the URI that an importer of a run imports; empty where that is not known yet."""
    source = (run.document.importer(run.document.tasks[name]) or {})["artifactUri"]
    return str(source.get("constant") or _inputs(run, name).get("uri", ""))


def pod_name(run: Run, task: Task) -> str:
    """Return the name of the pod that a task runs in."""
    return f"{run.workflow}-system-container-impl-{task.execution}"


def _pod_properties(run: Run, task: Task) -> dict[str, str]:
    return {
        "pod_name": pod_name(run, task),
        "pod_uid": task.pod_uid,
        "namespace": run.namespace,
    }


def _inputs(run: Run, name: str) -> dict[str, Any]:
    bindings = parameters_of(run.document.tasks[name])
    found = {key: _input(run, binding) for key, binding in bindings.items()}
    return {key: value for key, value in found.items() if value is not None}


def _input(run: Run, binding: Mapping[str, Any]) -> Any:
    if "componentInputParameter" in binding:
        return run.arguments.get(binding["componentInputParameter"])
    if "taskOutputParameter" in binding:
        source = binding["taskOutputParameter"]
        producer = run.tasks.get(source["producerTask"])
        return producer.parameters.get(source["outputParameterKey"]) if producer else None
    return constant_of(binding)
