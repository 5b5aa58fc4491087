"""From an experiment file to what a cluster is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eeipu_kfp.compiled.pipelines import CompiledPipeline, load_pipeline
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import dump
from eeipu_kfp.experiment.models import ConfigMapRef, PipelineSource, TuningExperiment

LARGEST_PIPELINE_BYTES = 900_000
"""How much of an object of Kubernetes, which holds 1.5 MB with its history, a pipeline may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a cluster is asked for.

    Attributes:
        document: The experiment as plain data; its pipeline is found on the cluster.
        notes: What was changed or could not be checked, as sentences.
    """

    document: dict[str, Any]
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the experiment is called."""
        return str(self.document["metadata"]["name"])


def read_submission(
    experiment: TuningExperiment,
    *,
    base: Path,
    namespace: str,
    config_map: Callable[[ConfigMapRef], str | None],
) -> Submission:
    """Check an experiment against its pipeline, and make it one that a cluster can read.

    Args:
        experiment: The experiment as it was written.
        base: The folder that paths in it start from.
        namespace: Where the experiment is to live.
        config_map: Returns what a key of a ConfigMap holds; None where that cannot be read.

    Raises:
        SpecError: It does not fit its pipeline, or not onto a cluster; all problems at once.
        PipelineError: So is the pipeline.
    """
    pipeline = _pipeline(experiment.spec.pipeline, base, config_map)
    if pipeline is not None:
        resolve(experiment, pipeline.shape)
    document = dump(experiment)
    document["metadata"]["namespace"] = namespace
    notes = list(_without_local_parts(document))
    if pipeline is None:
        notes.append("the pipeline is read on the cluster, so stages were not checked here")
    elif _is_local(experiment.spec.pipeline):
        document["spec"]["pipeline"] = {"inline": _inline(pipeline, experiment)}
    notes += [] if pipeline is None else _on_images(pipeline)
    return Submission(document=document, notes=tuple(notes))


def _is_local(source: PipelineSource) -> bool:
    return source.path is not None or source.function is not None


def _pipeline(
    source: PipelineSource, base: Path, config_map: Callable[[ConfigMapRef], str | None]
) -> CompiledPipeline | None:
    if source.path is not None:
        return load_pipeline(base / source.path)
    if source.function is not None:
        return load_pipeline(source.function, base=base)
    text = source.inline
    if source.config_map_ref is not None:
        text = config_map(source.config_map_ref)
    return None if text is None else load_pipeline(text)


def _inline(pipeline: CompiledPipeline, experiment: TuningExperiment) -> str:
    text = pipeline.text()
    size_bytes = len(text.encode())
    if size_bytes > LARGEST_PIPELINE_BYTES:
        message = (
            f"the compiled pipeline has {size_bytes} bytes, but an experiment on a cluster holds "
            f"{LARGEST_PIPELINE_BYTES}"
        )
        hint = (
            f"put it in a ConfigMap, `kubectl create configmap {experiment.metadata.name} "
            "--from-file=pipeline.yaml`, or register it with Kubeflow Pipelines, and name it "
            "under `configMapRef` or `registered`"
        )
        raise SpecError(message, path="spec.pipeline", hint=hint)
    return text


def _without_local_parts(document: dict[str, Any]) -> list[str]:
    """Take out what means nothing on a cluster, and return what was taken out."""
    cache = document["spec"].get("cache", {})
    if "store" not in cache:
        return []
    del cache["store"]
    return ["cache.store is left out: on a cluster the controller's bucket holds all outputs"]


def _on_images(pipeline: CompiledPipeline) -> list[str]:
    executors = pipeline.ir.get("deploymentSpec", {}).get("executors", {})
    images = {executor.get("container", {}).get("image", "") for executor in executors.values()}
    tagged = sorted(image for image in images if image and "@" not in image)
    if not tagged:
        return []
    names = ", ".join(f"`{image}`" for image in tagged)
    reason = "a tag may come to mean another image, but what the old one put out is reused"
    return [f"{reason}; better name the digest of {names}"]
