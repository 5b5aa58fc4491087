"""How a run is written into the metadata and the bucket as it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eeipu_kfp.compiled.dag import constant_of, feeds, parameters_of, tasks_of
from eeipu_kfp.core.outputs import StageOutputs
from tests.kfp_double.metadata import Event, Execution
from tests.kfp_double.nesting import Inside
from tests.kfp_double.runs import Mishap, Run, State, Task
from tests.kfp_double.writing import CONTAINER, DAG, IMPORTER, Writer, new_folder

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

    writer: Writer

    def begin(self, run: Run) -> None:
        """Note a run, and the artifacts that it imports."""
        begun = self.writer.metadata.begin_run(run.id, run.root, run.created_at)
        run.context, run.root_execution = begun
        for name in run.order:
            if run.is_importer(name):
                self._import(run, name)

    def begin_stage(self, run: Run, name: str, at: float) -> None:
        """Note that the driver of a stage has ended, and that its component runs."""
        inner = tasks_of(run.component(name))
        inside = {"total_dag_tasks": len(inner)} if inner else {}
        task = self._begin(run, name, DAG if inner else CONTAINER, at, **inside)
        task.mishap = run.mishaps.get(name)
        task.pods = {} if inner else {name: task.execution}
        for feed in feeds(run.document.tasks[name]):
            producer = run.tasks.get(feed.producer)
            for artifact in producer.artifacts.get(feed.output, ()) if producer else ():
                self.writer.metadata.link(task.execution, artifact, feed.input, Event.INPUT, at)

    def end_stage(self, run: Run, name: str, ended: Ended) -> None:
        """Note what a stage has put out, and its log."""
        task, at = run.tasks[name], ended.finished_at
        task.started_at, task.seconds = ended.started_at, ended.seconds
        task.log = ended.log or b""
        task.parameters = dict(ended.outputs.parameters)
        if ended.state is not State.SKIPPED:
            has_inside = bool(tasks_of(run.component(name)))
            task.artifacts = (self._fill if has_inside else self._put_out)(run, task, ended)
        self.writer.metadata.end_execution(task.execution, _EXECUTIONS[ended.state], at)
        task.state, task.finished_at = ended.state, at

    def kill_stage(self, run: Run, name: str, mishap: Mishap, at: float) -> None:
        """Note that the pod of a stage is gone; the metadata never hears of it."""
        task = run.tasks[name]
        task.mishap, task.state, task.finished_at = mishap, State.FAILED, at
        task.seconds = at - task.started_at

    def _begin(self, run: Run, name: str, kind: str, at: float, **properties: Any) -> Task:
        execution = self.writer.begin(
            run, run.root_execution, name, kind, at, inputs=_inputs(run, name), **properties
        )
        task = Task(name=name, execution=execution, created_at=at, started_at=at)
        run.tasks[name] = task
        return task

    def _import(self, run: Run, name: str) -> None:
        at = run.created_at
        importer = run.document.importer(run.document.tasks[name]) or {}
        uri = str(importer["artifactUri"].get("constant") or _inputs(run, name).get("uri", ""))
        schema, metadata = importer["typeSchema"]["schemaTitle"], importer.get("metadata", {})
        task = self._begin(run, name, IMPORTER, at)
        task.is_importer = True
        artifact = self.writer.bring_in(task.execution, uri, schema, metadata, at)
        self.writer.metadata.end_execution(task.execution, Execution.COMPLETE, at)
        task.artifacts = {"artifact": (artifact,)}
        task.state, task.finished_at = State.SUCCEEDED, at

    def _put_out(self, run: Run, task: Task, ended: Ended) -> dict[str, tuple[int, ...]]:
        folder, at = new_folder(run, task.name), ended.finished_at
        if ended.log is not None:
            self.writer.keep_log(task.execution, folder, ended.log, at)
        return self.writer.put_out(task.execution, folder, ended.outputs, at)

    def _fill(self, run: Run, task: Task, ended: Ended) -> dict[str, tuple[int, ...]]:
        inside = Inside(
            writer=self.writer,
            run=run,
            began_at=task.created_at,
            ended_at=ended.finished_at,
            state=_EXECUTIONS[ended.state],
            log=ended.log,
        )
        inside.fill(task.execution, run.document.tasks[task.name], ended.outputs, task.name)
        task.pods = inside.pods
        return {
            name: tuple(inside.artifacts[artifact.uri] for artifact in artifacts)
            for name, artifacts in ended.outputs.artifacts.items()
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
