"""The inside of a stage that is a DAG: a condition, a loop, a nested pipeline.

kfp.local tells only what comes out of such a stage, so its inside is inferred from that: every task
in it has run, but for the other branches of a `OneOf`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eeipu_kfp.compiled.dag import selectors, tasks_of
from eeipu_kfp.compiled.reading import is_loop
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from tests.kfp_double.metadata import Execution
from tests.kfp_double.runs import Run
from tests.kfp_double.writing import CONTAINER, DAG, IMPORTER, Writer, new_folder

Spec = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Writes what happened inside of a stage.

    Attributes:
        writer: Writes executions.
        run: The run.
        began_at: When the stage began, in seconds since the epoch.
        ended_at: When it ended.
        state: How each container in it ended.
        log: What all of it printed; None where nothing is kept.
        pods: Filled with the numbers of the containers by the path of their Argo nodes.
        artifacts: Filled with the numbers of artifacts by what they were on this machine.
    """

    writer: Writer
    run: Run
    began_at: float
    ended_at: float
    state: Execution
    log: bytes | None
    pods: dict[str, int] = field(default_factory=dict)
    artifacts: dict[str, int] = field(default_factory=dict)

    def fill(self, execution: int, task: Spec, outputs: StageOutputs, path: str) -> None:
        """Write the rounds of a loop, or the tasks of any other DAG.

        Args:
            execution: The number of the DAG.
            task: The task that is a DAG.
            outputs: What has come out of it; lists where it is a loop.
            path: The path of its Argo node.
        """
        if not is_loop(task):
            self._tasks(execution, task, outputs, path)
            return
        for index, part in enumerate(_rounds(outputs)):
            name = path.rpartition(".")[2]
            one = self._begin(execution, name, DAG, iteration_index=index)
            self._tasks(one, task, part, f"{path}.{name}-{index}")
            self._end(one)

    def _tasks(self, execution: int, task: Spec, outputs: StageOutputs, path: str) -> None:
        component = self.run.document.component(task)
        made_by, unwanted = _made_by(component, outputs)
        for name, inner in tasks_of(component).items():
            if name in unwanted:
                skipped = self._begin(execution, name, CONTAINER)
                self.writer.metadata.end_execution(skipped, Execution.CANCELED, self.ended_at)
            else:
                self._task(execution, name, inner, made_by.get(name, StageOutputs()), path)

    def _task(self, parent: int, name: str, task: Spec, outputs: StageOutputs, path: str) -> None:
        place = f"{path}.{name}"
        component = self.run.document.component(task)
        if "dag" in component:
            execution = self._begin(parent, name, DAG, total_dag_tasks=len(tasks_of(component)))
            self.fill(execution, task, outputs, place)
        elif self.run.document.importer(task) is not None:
            execution = self._begin(parent, name, IMPORTER)
            for artifact in outputs.artifacts.get("artifact", ()):
                self._bring_in(execution, artifact)
        else:
            execution = self._begin(parent, name, CONTAINER)
            self.pods[place] = execution
            self._put_out(execution, name, outputs)
        self._end(execution)

    def _put_out(self, execution: int, name: str, outputs: StageOutputs) -> None:
        folder = new_folder(self.run, name)
        numbers = self.writer.put_out(execution, folder, outputs, self.ended_at)
        if self.log is not None:
            self.writer.keep_log(execution, folder, self.log, self.ended_at)
        for key, artifacts in outputs.artifacts.items():
            found = (artifact.uri for artifact in artifacts)
            self.artifacts.update(zip(found, numbers[key], strict=True))

    def _bring_in(self, execution: int, artifact: Artifact) -> None:
        uri = self.writer.origin(artifact.uri)
        metadata = artifact.metadata
        number = self.writer.bring_in(execution, uri, artifact.type, metadata, self.ended_at)
        self.artifacts[artifact.uri] = number

    def _begin(self, parent: int, name: str, kind: str, **properties: Any) -> int:
        return self.writer.begin(self.run, parent, name, kind, self.began_at, **properties)

    def _end(self, execution: int) -> None:
        self.writer.metadata.end_execution(execution, self.state, self.ended_at)


def _made_by(component: Spec, outputs: StageOutputs) -> tuple[dict[str, StageOutputs], set[str]]:
    """Return what the tasks of a DAG have put out, and the tasks whose branch was not taken."""
    declared = component["dag"].get("outputs", {})
    parameters: dict[str, dict[str, Any]] = {}
    artifacts: dict[str, dict[str, tuple[Artifact, ...]]] = {}
    unwanted: set[str] = set()
    for name, value in outputs.parameters.items():
        first, *others = selectors(declared["parameters"][name])
        parameters.setdefault(first["producerSubtask"], {})[first["outputParameterKey"]] = value
        unwanted |= {other["producerSubtask"] for other in others}
    for name, value in outputs.artifacts.items():
        first, *others = selectors(declared["artifacts"][name])
        artifacts.setdefault(first["producerSubtask"], {})[first["outputArtifactKey"]] = value
        unwanted |= {other["producerSubtask"] for other in others}
    made = {
        task: StageOutputs(parameters=parameters.get(task, {}), artifacts=artifacts.get(task, {}))
        for task in {*parameters, *artifacts}
    }
    return made, unwanted


def _rounds(outputs: StageOutputs) -> Iterator[StageOutputs]:
    """Yield what came out of each round of a loop; one round where nothing comes out of it."""
    lists = [*outputs.parameters.values(), *outputs.artifacts.values()]
    total = min((len(values) for values in lists), default=1)
    for index in range(total):
        yield StageOutputs(
            parameters={name: values[index] for name, values in outputs.parameters.items()},
            artifacts={
                name: values[index * len(values) // total : (index + 1) * len(values) // total]
                for name, values in outputs.artifacts.items()
            },
        )
