"""Submitted pipelines made ready for this machine: artifacts brought here, mishaps built in."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from kfp import dsl

from tests.kfp_double.metadata import consumer_metadata
from tests.kfp_double.objects import SCHEME
from tests.kfp_double.runs import Mishap, Run

_SENTENCES = {
    Mishap.OOM: "kill -KILL $$",
    Mishap.EVICTED: "kill -KILL $$",
    Mishap.UNSCHEDULABLE: "exec sleep 3600",
}
# kfp.local takes nothing but lightweight components, which it knows by this word.
_DISGUISE = "# kfp.dsl.executor_main"

Bring = Callable[[str], str]
"""Brings an artifact to this machine: its URI in, its path out, or the URI where there is none."""


def local_pipeline(run: Run, bring: Bring) -> dict[str, Any]:
    """Return a run's pipeline with importers of local files, and with its mishaps."""
    ir: dict[str, Any] = _named(run, copy.deepcopy(dict(run.document.ir)))
    for executor in ir.get("deploymentSpec", {}).get("executors", {}).values():
        if "importer" in executor:
            _localize_importer(executor["importer"], bring)
    for name, task in ir["root"]["dag"]["tasks"].items():
        if run.is_importer(name) or "parameterIterator" in task:
            _localize_task(task, bring)
        if name in run.mishaps:
            _strike(ir, name, run.mishaps[name])
    return ir


def local_arguments(run: Run, bring: Bring) -> dict[str, Any]:
    """Return a run's arguments, with paths for the URIs that importers take from them."""
    fed = {
        binding.get("componentInputParameter")
        for name in run.order
        if run.is_importer(name)
        for binding in run.document.tasks[name].get("inputs", {}).get("parameters", {}).values()
    }
    return {
        name: _path(value, bring) if name in fed else value for name, value in run.arguments.items()
    }


def _named(run: Run, part: Any) -> Any:
    """Return a part of a pipeline with the run's id and name where it asks for them.

    The driver does so with constants that are such a placeholder as a whole.
    """
    if isinstance(part, dict):
        return {key: _named(run, value) for key, value in part.items()}
    if isinstance(part, list):
        return [_named(run, value) for value in part]
    names = {dsl.PIPELINE_JOB_ID_PLACEHOLDER: run.id, dsl.PIPELINE_JOB_NAME_PLACEHOLDER: run.name}
    return names.get(part, part) if isinstance(part, str) else part


def _localize_importer(importer: dict[str, Any], bring: Bring) -> None:
    uri = importer["artifactUri"]
    if "constant" in uri:
        uri["constant"] = _path(uri["constant"], bring)
    importer["metadata"] = consumer_metadata(importer.get("metadata", {}))


def _localize_task(task: dict[str, Any], bring: Bring) -> None:
    for binding in task.get("inputs", {}).get("parameters", {}).values():
        constants = binding.get("runtimeValue", {})
        for name, value in constants.items():
            constants[name] = _path(value, bring)
    items = task.get("parameterIterator", {}).get("items", {})
    if "raw" in items:
        items["raw"] = json.dumps([_path(item, bring) for item in json.loads(items["raw"])])


def _path(value: Any, bring: Bring) -> Any:
    return bring(value) if isinstance(value, str) and value.startswith(SCHEME) else value


def _strike(ir: dict[str, Any], name: str, mishap: Mishap) -> None:
    task = ir["root"]["dag"]["tasks"][name]
    label = f"struck-{name}"
    component: Mapping[str, Any] = ir["components"][task["componentRef"]["name"]]
    container = {
        "image": "python",
        "command": ["sh", "-c", f"{_SENTENCES[mishap]} {_DISGUISE}"],
    }
    ir["components"][label] = {**component, "executorLabel": label}
    ir["deploymentSpec"]["executors"][label] = {"container": container}
    task["componentRef"] = {"name": label}
