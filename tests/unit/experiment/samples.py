"""A sound experiment document, its pipeline, and a way to spoil the document in one place."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput, Stage

MISSING = object()
"""Says that a field is to be removed."""

DOCUMENT: dict[str, Any] = {
    "apiVersion": "eeipu.dev/v1alpha1",
    "kind": "TuningExperiment",
    "metadata": {"name": "demo", "namespace": "ml", "labels": {"team": "a"}},
    "spec": {
        "pipeline": {"path": "pipeline.yaml"},
        "objective": {"metric": "evaluate.metrics.auroc", "direction": "Maximize", "goal": "0.99"},
        "parameters": [
            {"name": "rate", "searchSpace": {"logUniform": {"min": "1e-4", "max": "1e-1"}}},
            {"name": "depth", "searchSpace": {"uniform": {"min": 2, "max": "10", "step": 2}}},
            {"name": "kernel", "searchSpace": {"categorical": {"choices": ["rbf", "linear"]}}},
            {"name": "scale", "searchSpace": {"boolean": {}}},
        ],
        "arguments": [
            {"name": "data", "value": "d.csv"},
            {"name": "layers", "value": "[1, 2]"},
        ],
        "budget": {"seconds": 600},
        "algorithm": {"name": "random", "seed": 7, "warmUpTrials": 4},
        "maxTrials": 50,
        "parallelTrials": 2,
        "maxFailedTrials": 3,
        "stageTimeoutSeconds": 60,
        "cache": {
            "salt": "v2",
            "sizeLimit": "10Gi",
            "store": {
                "s3": {
                    "endpoint": "http://minio:9000",
                    "bucket": "tuning",
                    "prefix": "demo/",
                    "region": "eu",
                }
            },
            "deletionPolicy": "Delete",
        },
        "suspend": False,
        "ttlSecondsAfterFinished": 3600,
    },
}

PIPELINE = Pipeline(
    name="demo",
    inputs=(
        PipelineInput(name="data", type=ParameterType.STRING),
        PipelineInput(name="rate", type=ParameterType.DOUBLE, default=0.01),
        PipelineInput(name="depth", type=ParameterType.INTEGER, default=4),
        PipelineInput(name="kernel", type=ParameterType.STRING, default="rbf"),
        PipelineInput(name="scale", type=ParameterType.BOOLEAN, default=True),
        PipelineInput(name="layers", type=ParameterType.LIST, default=[8]),
        PipelineInput(name="extra", type=ParameterType.STRUCT, optional=True),
        PipelineInput(name="seed", type=ParameterType.INTEGER, default=0),
        PipelineInput(name="unread", type=ParameterType.DOUBLE, default=1.0),
    ),
    stages=(
        Stage(name="prepare", reads=("data", "scale")),
        Stage(
            name="train",
            reads=("rate", "depth", "kernel", "layers", "extra", "seed"),
            upstream=("prepare",),
        ),
        Stage(
            name="evaluate",
            upstream=("train",),
            output_parameters={"Output": ParameterType.DOUBLE},
            output_artifacts={"metrics": "system.Metrics"},
        ),
    ),
)


def edited(*edits: tuple[str, Any], of: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the sound document with some fields set, or removed by `MISSING`.

    A field is named by its keys with slashes between, such as `spec/parameters/0/name`.
    """
    document = deepcopy(DOCUMENT if of is None else of)
    for place, value in edits:
        *parents, last = [int(key) if key.isdigit() else key for key in place.split("/")]
        inside = document
        for key in parents:
            inside = inside[key]
        if value is MISSING:
            del inside[last]
        else:
            inside[last] = value
    return document


def places(node, path=""):
    """Yield the path of everything in a document."""
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in children:
        yield f"{path}{key}"
        if isinstance(child, dict | list):
            yield from places(child, f"{path}{key}/")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3),
    max_leaves=5,
)
