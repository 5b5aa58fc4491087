"""Registered pipelines by the names that people know them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.compiled.pipelines import CompiledPipeline
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.nearest import advice
from eeipu_kfp.launcher.form import LATEST
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.runs import document_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredPipeline:
    """A version of a pipeline that Kubeflow Pipelines knows.

    Attributes:
        name: The pipeline's name, which is not always the one that is shown.
        version: The version's name, as it is shown.
        pipeline_id: The pipeline's id.
        version_id: The version's id.
        compiled: What is registered.
    """

    name: str
    version: str
    pipeline_id: str
    version_id: str
    compiled: CompiledPipeline

    @property
    def reference(self) -> dict[str, str]:
        """The version as a run names it."""
        return {"pipeline_id": self.pipeline_id, "pipeline_version_id": self.version_id}


def find_registered(api: KfpApi, name: str, version: str) -> RegisteredPipeline:
    """Return a version of a pipeline.

    Args:
        api: Kubeflow Pipelines.
        name: The pipeline's name, or the one that is shown of it.
        version: The version's name; `latest` or empty for the newest.

    Raises:
        SpecError: There is no such pipeline or version.
        PipelineError: It cannot be read.
        RunnerError: Kubeflow Pipelines does not answer, or refuses.
    """
    name, version = name.strip(), version.strip()
    pipeline = _find(api, name)
    found = _version(api, pipeline, name, version)
    return RegisteredPipeline(
        name=str(pipeline.get("name") or pipeline["display_name"]),
        version=_shown(found),
        pipeline_id=str(pipeline["pipeline_id"]),
        version_id=str(found["pipeline_version_id"]),
        compiled=CompiledPipeline(document_of(found["pipeline_spec"])),
    )


def _find(api: KfpApi, name: str) -> Mapping[str, Any]:
    found = api.find_pipeline(name) if name else None
    if found is not None:
        return found
    known = list(api.pipelines())
    for pipeline in known:
        if _shown(pipeline) == name:
            return pipeline
    message = f"Kubeflow Pipelines has no pipeline `{name}`"
    hint = advice(name, [_shown(pipeline) for pipeline in known])
    raise SpecError(message, path="pipeline_name", hint=hint)


def _version(
    api: KfpApi, pipeline: Mapping[str, Any], name: str, version: str
) -> Mapping[str, Any]:
    known = []
    for found in api.pipeline_versions(str(pipeline["pipeline_id"])):
        if version in {"", LATEST, _shown(found), found.get("name")}:
            return found
        known.append(_shown(found))
    message = f"pipeline `{name}` has no version `{version}`"
    raise SpecError(message, path="pipeline_version", hint=advice(version, [*known, LATEST]))


def _shown(found: Mapping[str, Any]) -> str:
    return str(found.get("display_name") or found.get("name", ""))
