"""What a task runs, whatever its parts are called: the same for the same work.

Labels of components and executors, names of inner tasks and groups, the order of tasks and the
version of the SDK leave no trace. Nested DAGs are written out: each inner task with what it runs
and what feeds it, a feeding task told by the digest of its own description.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from eeipu_kfp.compiled.dag import (
    Document,
    Spec,
    artifacts_of,
    constant_of,
    ordered,
    parameters_of,
    upstream_of,
)
from eeipu_kfp.compiled.platform import platform_settings, without_sources
from eeipu_kfp.compiled.reading import parameter_type, schema_title, typed
from eeipu_kfp.core.values import canonical_json

_LONGEST_TEXT = 200
_MENTION = re.compile(r"inputs\.(?:parameters|parameter_values)\['([^']+)'\]")
_SDK_VERSION = re.compile(r"\bkfp==[\w.]+")

Bindings = Mapping[str, Any]
"""By input name, a description of what the input is bound to."""


def task_identity(document: Document, task: Spec, bound: Bindings, *, depth: int = 0) -> Spec:
    """Return everything that determines what a task runs, beside the values bound to its inputs.

    Args:
        document: The compiled pipeline.
        task: One of its tasks, in the root DAG or a nested one.
        bound: What each input of the task is bound to, in words that no renaming changes.
        depth: How many DAGs the task is nested in.
    """
    component = document.component(task)
    item, loop = _loop(task, bound, depth)
    if "dag" in component:
        work = _dag_identity(document, component, {**_defaults(component), **bound, **item}, depth)
    else:
        work = _executor_identity(document, component)
    trigger = task.get("triggerPolicy", {})
    condition = mentions_replaced(trigger.get("condition", ""), bound)
    parts = {**work, "loop": loop, "condition": condition, "strategy": trigger.get("strategy")}
    return {name: part for name, part in parts.items() if part}


def mentions_replaced(value: Any, bound: Bindings) -> Any:
    """Return a value in which inputs mentioned by name are told by what they are bound to."""

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        return f"inputs[{canonical_json(bound[name])}]" if name in bound else match[0]

    if isinstance(value, Mapping):
        return {name: mentions_replaced(part, bound) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [mentions_replaced(part, bound) for part in value]
    return _MENTION.sub(replaced, value) if isinstance(value, str) else value


def digest(document: Any) -> str:
    """Return the SHA-256 of a JSON document, in hexadecimal."""
    return hashlib.sha256(canonical_json(document).encode("utf-8", "surrogatepass")).hexdigest()


def shortened(value: Any) -> Any:
    """Return a document in which a digest stands for every long text."""
    if isinstance(value, Mapping):
        return {name: shortened(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [shortened(part) for part in value]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"sha256:{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return value


def _executor_identity(document: Document, component: Spec) -> dict[str, Any]:
    executor = {
        kind: _container_identity(spec) if kind == "container" else spec
        for kind, spec in document.executor(component).items()
    }
    outer = {
        "inputs": _interface(component.get("inputDefinitions", {})),
        "outputs": _interface(component.get("outputDefinitions", {})),
        "platform": without_sources(platform_settings(document, component)),
    }
    found: dict[str, Any] = shortened({**executor, **outer})
    return found


def _container_identity(container: Spec) -> dict[str, Any]:
    kept = {name: part for name, part in container.items() if name not in {"resources", "env"}}
    for name in ("command", "args"):
        kept[name] = [_SDK_VERSION.sub("kfp", str(word)) for word in container.get(name, ())]
    kept["env"] = {entry["name"]: entry.get("value", "") for entry in container.get("env", ())}
    return kept


def _interface(definitions: Spec) -> dict[str, str]:
    parameters = definitions.get("parameters", {}).items()
    artifacts = definitions.get("artifacts", {}).items()
    return {name: str(parameter_type(found)) for name, found in parameters} | {
        name: f"list of {schema_title(found)}"
        if found.get("isArtifactList")
        else schema_title(found)
        for name, found in artifacts
    }


def _loop(task: Spec, bound: Bindings, depth: int) -> tuple[Bindings, Spec]:
    """Return what stands for an item inside a loop, and what the loop goes over."""
    iterator = task.get("parameterIterator") or task.get("artifactIterator") or {}
    if not iterator:
        return {}, {}
    items = dict(iterator.get("items", {}))
    for key in ("inputParameter", "inputArtifact"):
        if key in items:
            items[key] = bound.get(items[key])
    return {iterator.get("itemInput", ""): f"item[{depth}]"}, {"items": shortened(items)}


def _dag_identity(
    document: Document, component: Spec, scope: Bindings, depth: int
) -> dict[str, Any]:
    tasks = component["dag"]["tasks"]
    digests: dict[str, str] = {}
    described: list[tuple[int, str, Spec]] = []
    levels: dict[str, int] = {}
    for name in ordered(tasks):
        parts = _inner_task(document, tasks[name], scope, digests, depth)
        digests[name] = digest(parts)
        levels[name] = 1 + max((levels[above] for above in upstream_of(tasks[name])), default=0)
        described.append((levels[name], digests[name], parts))
    in_order = sorted(described, key=lambda entry: entry[:2])
    return {
        "tasks": {f"task[{place}]": parts for place, (_, _, parts) in enumerate(in_order)},
        "outputs": _told_by_digest(component["dag"].get("outputs", {}), digests),
    }


def _inner_task(
    document: Document, task: Spec, scope: Bindings, digests: Mapping[str, str], depth: int
) -> Spec:
    bound = _inner_bindings(document, task, scope, digests)
    feeding = {feed for feed in upstream_of(task) if feed in digests}
    after = sorted(digests[name] for name in feeding)
    identity = task_identity(document, task, bound, depth=depth + 1)
    outer = {"bound": _told_bindings(document, task, bound), "after": after}
    return {**identity, **{name: part for name, part in outer.items() if part}}


def _told_bindings(document: Document, task: Spec, bound: Bindings) -> Bindings:
    """Return what is bound to the inputs that a container has; a DAG has them written out."""
    definitions = document.component(task).get("inputDefinitions", {})
    known = {*definitions.get("parameters", {}), *definitions.get("artifacts", {})}
    if "dag" in document.component(task):
        return {}
    return {name: found for name, found in bound.items() if name in known}


def _inner_bindings(
    document: Document, task: Spec, scope: Bindings, digests: Mapping[str, str]
) -> dict[str, Any]:
    component = document.component(task)
    bindings = {**parameters_of(task), **artifacts_of(task)}
    definitions = component.get("inputDefinitions", {}).get("parameters", {})
    bound = {**_defaults(component)}
    for name, binding in bindings.items():
        bound[name] = _binding(binding, definitions.get(name, {}), scope, digests)
    return {
        name: {"value": shortened(mentions_replaced(part["value"], bound))}
        if isinstance(part, Mapping) and "value" in part
        else part
        for name, part in bound.items()
    }


def _defaults(component: Spec) -> dict[str, Any]:
    definitions = component.get("inputDefinitions", {}).get("parameters", {})
    return {
        name: {"value": typed(definition["defaultValue"], parameter_type(definition))}
        for name, definition in definitions.items()
        if "defaultValue" in definition
    }


def _binding(binding: Spec, definition: Spec, scope: Bindings, digests: Mapping[str, str]) -> Any:
    selector = binding.get("parameterExpressionSelector")
    if selector:
        plain = {k: v for k, v in binding.items() if k != "parameterExpressionSelector"}
        return {"select": selector, "of": _binding(plain, definition, scope, digests)}
    for key in ("componentInputParameter", "componentInputArtifact"):
        if key in binding:
            return scope.get(binding[key])
    if "runtimeValue" in binding:
        return {"value": typed(constant_of(binding), parameter_type(definition))}
    return _told_by_digest(binding, digests)


def _told_by_digest(part: Any, digests: Mapping[str, str]) -> Any:
    """Return a part of the IR in which digests stand for the names of tasks."""
    if isinstance(part, Mapping):
        return {
            name: digests.get(value, value)
            if name in {"producerTask", "producerSubtask"}
            else _told_by_digest(value, digests)
            for name, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [_told_by_digest(value, digests) for value in part]
    return part
