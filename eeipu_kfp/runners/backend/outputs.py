"""What a stage has put out, from the records of a run and the pipeline that was run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from eeipu_kfp.compiled.dag import Document, Spec, selectors, tasks_of
from eeipu_kfp.compiled.reading import is_loop, output_types, typed
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.pipeline import ParameterType
from eeipu_kfp.runners.backend.tasks import TaskRecord, TaskState, TaskTree

_ADDED_BY_KFP = ("display_name", "store_session_info")


def stage_outputs(document: Document, tree: TaskTree, record: TaskRecord) -> StageOutputs:
    """Return the declared outputs of a stage, as far as they are noted.

    A condition group and a nested pipeline put out what their DAG passes on, a loop the list of
    it over all rounds. Integers come back as integers.

    Args:
        document: The pipeline that was run.
        tree: The records of the run.
        record: The stage's own record.
    """
    task = document.tasks[record.name]
    declared = document.component(task).get("outputDefinitions", {})
    outputs = _Outputs(document, tree)
    kinds = output_types(document, task)
    return StageOutputs(
        parameters={
            name: typed(values[0], kinds[name])
            for name in declared.get("parameters", {})
            if (values := outputs.parameters(task, record, name))
        },
        artifacts={
            name: tuple(_cleaned(artifact, definition) for artifact in artifacts)
            for name, definition in declared.get("artifacts", {}).items()
            if (artifacts := outputs.artifacts(task, record, name)) or is_loop(task)
        },
    )


class _Outputs:
    """Follows outputs from a DAG down to the containers that have made them."""

    def __init__(self, document: Document, tree: TaskTree) -> None:
        self._document = document
        self._tree = tree

    def parameters(self, task: Spec, record: TaskRecord, name: str) -> list[Any]:
        """Return an output parameter as a list of one element, or none where it is not noted."""
        if name in record.parameters:
            return [record.parameters[name]]
        sources = self._sources("parameters", task, name)
        values = [
            value
            for inner, child, key in self._producers(task, record, sources)
            for value in self.parameters(inner, child, key)
        ]
        return [values] if is_loop(task) else values[:1]

    def artifacts(self, task: Spec, record: TaskRecord, name: str) -> tuple[Artifact, ...]:
        """Return an output artifact: one element, or several for a list of artifacts."""
        if name in record.artifacts:
            return record.artifacts[name]
        sources = self._sources("artifacts", task, name)
        return tuple(
            artifact
            for inner, child, key in self._producers(task, record, sources)
            for artifact in self.artifacts(inner, child, key)
        )

    def _sources(self, kind: str, task: Spec, name: str) -> list[tuple[str, str]]:
        """Return which outputs of which inner tasks an output may be; none outside of DAGs."""
        dag = self._document.component(task).get("dag", {})
        output = dag.get("outputs", {}).get(kind, {}).get(name, {})
        return [(found["producerSubtask"], _key(found)) for found in selectors(output)]

    def _producers(
        self, task: Spec, record: TaskRecord, sources: list[tuple[str, str]]
    ) -> Iterator[tuple[Spec, TaskRecord, str]]:
        """Yield, for each round, the inner task that has made an output."""
        inner = tasks_of(self._document.component(task))
        for one in self._tree.rounds(record):
            for name, key in sources:
                child = self._tree.child(one.id, name)
                if child is not None and child.state is not TaskState.SKIPPED:
                    yield inner[name], child, key
                    break


def _key(selector: Spec) -> str:
    key: str = selector.get("outputParameterKey") or selector.get("outputArtifactKey", "")
    return key


def _cleaned(artifact: Artifact, definition: Spec) -> Artifact:
    metadata = {
        name: value for name, value in artifact.metadata.items() if name not in _ADDED_BY_KFP
    }
    return replace(
        artifact,
        schema_version=definition.get("artifactType", {}).get("schemaVersion", "0.0.1"),
        metadata=_restored(metadata),
    )


def _restored(metadata: Mapping[str, Any]) -> dict[str, Any]:
    restored: dict[str, Any] = typed(metadata, ParameterType.STRUCT)
    return restored
