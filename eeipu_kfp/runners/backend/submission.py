"""What is sent to Kubeflow Pipelines to start a run."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

from eeipu_kfp.compiled.dag import Spec
from eeipu_kfp.compiled.reading import parameter_type, typed
from eeipu_kfp.core.ports import TrialRun

_LIMIT = "activeDeadlineSeconds"
# The life of a pod has the image pull in it, and Argo's end, which took up to 17 s where it was
# measured.
_BESIDE_SECONDS = 60


def submission(
    run: TrialRun, *, experiment_id: str, pipeline_root: str, platform: Spec
) -> dict[str, Any]:
    """Return the request that starts a run, with the pipeline inline.

    Args:
        run: What is to run.
        experiment_id: The KFP experiment that it belongs to.
        pipeline_root: Where its artifacts go.
        platform: The platform spec of the whole pipeline; empty where it has none.
    """
    settings = platform_of(run, platform)
    spec: Any = run.pipeline
    if settings:
        spec = {"pipeline_spec": run.pipeline, "platform_spec": settings}
    return {
        "display_name": run.name,
        "experiment_id": experiment_id,
        "pipeline_spec": spec,
        "runtime_config": {"parameters": parameters_of(run), "pipeline_root": pipeline_root},
    }


def parameters_of(run: TrialRun) -> dict[str, Any]:
    """Return the arguments that the trial pipeline declares, as their types want them."""
    definitions = run.pipeline["root"].get("inputDefinitions", {}).get("parameters", {})
    return {
        name: typed(run.arguments[name], parameter_type(definition))
        for name, definition in definitions.items()
        if name in run.arguments
    }


def platform_of(run: TrialRun, platform: Spec) -> dict[str, Any]:
    """Return the platform spec of a trial pipeline.

    It keeps the settings of the executors that are left. A time limit, with a minute for all that
    is not the user's code, limits the life of every pod that computes, unless the pipeline has set
    a shorter one.
    """
    left: Spec = run.pipeline.get("deploymentSpec", {}).get("executors", {})
    cut: dict[str, Any] = copy.deepcopy(dict(platform))
    for settings in cut.get("platforms", {}).values():
        executors = settings.get("deploymentSpec", {}).get("executors", {})
        for label in set(executors) - set(left):
            del executors[label]
    if run.stage_timeout_seconds is not None:
        _limit(cut, left, math.ceil(run.stage_timeout_seconds) + _BESIDE_SECONDS)
    return cut


def _limit(platform: dict[str, Any], left: Mapping[str, Spec], limit_seconds: int) -> None:
    kubernetes = platform.setdefault("platforms", {}).setdefault("kubernetes", {})
    executors = kubernetes.setdefault("deploymentSpec", {}).setdefault("executors", {})
    for label, executor in left.items():
        if "container" in executor:
            settings = executors.setdefault(label, {})
            # Protobuf writes 64-bit integers as text.
            own_seconds = int(settings.get(_LIMIT, limit_seconds))
            settings[_LIMIT] = min(own_seconds, limit_seconds)
