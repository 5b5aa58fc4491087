"""Importers: tasks that stand for cached artifacts in a trial pipeline."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.errors import PipelineError

OUTPUT = "artifact"
"""What every importer calls its output."""

_ITEM = "uri"
_ADDED_BY_KFP = "store_session_info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """A task for the root DAG, with the components and executors that it needs.

    Attributes:
        name: The task's name.
        task: The task.
        components: The components by name.
        executors: The executors by label.
    """

    name: str
    task: Mapping[str, Any]
    components: Mapping[str, Any]
    executors: Mapping[str, Any]


def is_portable(outputs: StageOutputs) -> bool:
    """Whether importers can stand for everything that a stage has put out.

    They cannot for a list of artifacts that differ in type or metadata: KFP has no constant for a
    list, so a loop imports it, whose rounds differ in nothing but the URI.
    """
    return all(_are_alike(artifacts) for artifacts in outputs.artifacts.values())


def artifact_importer(name: str, artifact: Artifact) -> Importer:
    """Return the importer of one artifact, with the metadata that its consumers saw before."""
    uri = {"constant": artifact.uri}
    bound = {"runtimeValue": {"constant": artifact.uri}}
    return Importer(
        name=name,
        task=_task(name, name, bound),
        components={f"comp-{name}": _component(name, artifact)},
        executors={f"exec-{name}": _executor(artifact, uri)},
    )


def list_importer(name: str, artifacts: tuple[Artifact, ...]) -> Importer:
    """Return a loop of importers, which gives a list of artifacts.

    Raises:
        PipelineError: The artifacts differ in type or metadata; see `is_portable`.
    """
    if not _are_alike(artifacts):
        message = (
            f"the artifacts of list `{name}` differ in type or metadata, which no loop imports"
        )
        raise PipelineError(message, hint="let the stage that makes the list run again")
    like = artifacts[0] if artifacts else Artifact(uri="")
    inner = f"{name}-item"
    loop = {
        "componentRef": {"name": f"comp-{name}"},
        "taskInfo": {"name": name},
        "cachingOptions": {},
        "parameterIterator": {
            "itemInput": _ITEM,
            "items": {"raw": json.dumps([artifact.uri for artifact in artifacts])},
        },
    }
    return Importer(
        name=name,
        task=loop,
        components={
            f"comp-{name}": _loop_component(inner, like),
            f"comp-{inner}": _component(inner, like),
        },
        executors={f"exec-{inner}": _executor(like, {"runtimeParameter": "uri"})},
    )


def importer_names(pipeline: Pipeline, taken: Collection[str]) -> dict[tuple[str, str], str]:
    """Return the name of the importer for every output artifact, by stage and output.

    Args:
        pipeline: The stages.
        taken: Names of tasks that the pipeline has already.
    """
    names: dict[tuple[str, str], str] = {}
    for stage in pipeline.stages:
        for output in stage.output_artifacts:
            name = importer_name(stage.name, output, {*taken, *names.values()})
            names[stage.name, output] = name
    return names


def importer_name(stage: str, output: str, taken: Collection[str]) -> str:
    """Return a task name of the form `cached-<stage>-<output>` that no other task has."""
    words = re.sub(r"[^a-z0-9]+", "-", f"cached-{stage}-{output}".lower()).strip("-")
    name, number = words, 2
    while name in taken:
        name, number = f"{words}-{number}", number + 1
    return name


def _are_alike(artifacts: tuple[Artifact, ...]) -> bool:
    kinds = [
        (artifact.type, artifact.schema_version, _metadata(artifact)) for artifact in artifacts
    ]
    return all(kind == kinds[0] for kind in kinds)


def _metadata(artifact: Artifact) -> dict[str, Any]:
    return {name: value for name, value in artifact.metadata.items() if name != _ADDED_BY_KFP}


def _schema(artifact: Artifact) -> dict[str, str]:
    return {"schemaTitle": artifact.type, "schemaVersion": artifact.schema_version}


def _task(name: str, component: str, uri: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "componentRef": {"name": f"comp-{component}"},
        "taskInfo": {"name": name},
        "cachingOptions": {},
        "inputs": {"parameters": {"uri": dict(uri)}},
    }


def _component(name: str, artifact: Artifact) -> dict[str, Any]:
    return {
        "executorLabel": f"exec-{name}",
        "inputDefinitions": {"parameters": {"uri": {"parameterType": "STRING"}}},
        "outputDefinitions": {"artifacts": {OUTPUT: {"artifactType": _schema(artifact)}}},
    }


def _executor(artifact: Artifact, uri: Mapping[str, Any]) -> dict[str, Any]:
    importer = {
        "artifactUri": dict(uri),
        "typeSchema": _schema(artifact),
        "metadata": _metadata(artifact),
        "reimport": False,
    }
    return {"importer": importer}


def _loop_component(inner: str, artifact: Artifact) -> dict[str, Any]:
    selector = {"producerSubtask": inner, "outputArtifactKey": OUTPUT}
    definition = {"artifactType": _schema(artifact), "isArtifactList": True}
    return {
        "dag": {
            "tasks": {inner: _task(inner, inner, {"componentInputParameter": _ITEM})},
            "outputs": {"artifacts": {OUTPUT: {"artifactSelectors": [selector]}}},
        },
        "inputDefinitions": {"parameters": {_ITEM: {"parameterType": "STRING"}}},
        "outputDefinitions": {"artifacts": {OUTPUT: definition}},
    }
