"""What decides a stage's output: what it runs, the values that reach it, what it consumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eeipu_kfp.compiled.dag import (
    Document,
    Spec,
    artifacts_of,
    constant_of,
    feeds,
    parameters_of,
)
from eeipu_kfp.compiled.identity import digest, mentions_replaced, shortened, task_identity
from eeipu_kfp.compiled.platform import platform_settings, platform_sources
from eeipu_kfp.compiled.reading import parameter_type, typed
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.ports import Ingredients
from eeipu_kfp.core.values import Value

_CHANNEL = "pipelinechannel--"
"""How the compiler names an input after the pipeline input or the task that feeds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The ingredients of a stage, with open places for the values of pipeline inputs.

    Attributes:
        component: What the stage runs.
        constants: Values that no pipeline input changes, by input name.
        reads: By input name, the pipeline input that it takes.
        consumes: By input name, the stage and the output that feed it.
        follows: Other stages that must end before.
    """

    component: Mapping[str, Any]
    constants: Mapping[str, Value] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)
    consumes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    follows: tuple[str, ...] = ()

    def filled(self, shape: Pipeline, arguments: Mapping[str, Value]) -> Ingredients:
        """Return the ingredients for the values of the pipeline inputs.

        An input that is neither given nor has a default reaches the stage without a value.
        """
        values = dict(self.constants)
        for name, source in self.reads.items():
            found = shape.input(source)
            value = arguments.get(source, found.default if found else None)
            if value is not None:
                values[name] = typed(value, found.type if found else None)
        return Ingredients(
            component=self.component,
            parameters=values,
            consumes=self.consumes,
            follows=self.follows,
        )


def stage_recipe(document: Document, shape: Pipeline, stage: str) -> Recipe:
    """Return the recipe of a stage, which no renaming of tasks, inputs or components changes."""
    task = document.tasks[stage]
    labels = _labels(document, task)
    bound = {name: {"input": label} for name, label in labels.items()}
    entries = list(_entries(document, task, labels, bound))
    consumes = {name: found for name, found in entries if isinstance(found, tuple)}
    fed_by = {producer for producer, _ in consumes.values()}
    return Recipe(
        component={**task_identity(document, task, bound), **_extras(document, task, labels)},
        constants={name: found["value"] for name, found in entries if _has(found, "value")},
        reads={name: found["read"] for name, found in entries if _has(found, "read")},
        consumes=consumes,
        follows=tuple(name for name in shape.stage(stage).upstream if name not in fed_by),
    )


def _has(found: Any, key: str) -> bool:
    return isinstance(found, Mapping) and key in found


def _labels(document: Document, task: Spec) -> dict[str, str]:
    """Return a name for each input; one that the compiler made up gives way to a number.

    The number follows from the place that the input has in what the task runs: each is marked
    in turn while all others look the same, and the results are put in order.
    """
    names = (*parameters_of(task), *artifacts_of(task))
    channels = [name for name in names if name.startswith(_CHANNEL)]
    alike = {name: "channel" if name in channels else name for name in names}

    def place(channel: str) -> tuple[str, str]:
        bound = {name: {"input": label} for name, label in {**alike, channel: "this"}.items()}
        texts = sorted(
            str(mentions_replaced(constant_of(binding), bound))
            for binding in parameters_of(task).values()
        )
        return digest([task_identity(document, task, bound), texts]), channel

    numbers = {name: number for number, name in enumerate(sorted(channels, key=place))}
    return {name: f"input[{numbers[name]}]" if name in numbers else name for name in names}


def _entries(
    document: Document, task: Spec, labels: Mapping[str, str], bound: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield each input's value, pipeline input or producer."""
    yield from _parameter_entries(document, task, labels, bound)
    for path, source in platform_sources(platform_settings(document, document.component(task))):
        yield path, _source(source)
    for feed in feeds(task):
        producer = document.tasks[feed.producer]
        if document.importer(producer) is not None:
            prefix = labels[feed.input]
            for name, found in _parameter_entries(document, producer, {}, {}):
                yield f"{prefix}.{name}", found
        elif feed.is_artifact:
            yield labels[feed.input], (feed.producer, feed.output)


def _parameter_entries(
    document: Document, task: Spec, labels: Mapping[str, str], bound: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    definitions = document.component(task).get("inputDefinitions", {}).get("parameters", {})
    bindings = parameters_of(task)
    for name, definition in definitions.items():
        if name not in bindings and definition.get("defaultValue") is not None:
            yield name, {"value": typed(definition["defaultValue"], parameter_type(definition))}
    for name, binding in bindings.items():
        label = labels.get(name, name)
        if "taskOutputParameter" in binding or "componentInputParameter" in binding:
            yield label, _source(binding)
        elif constant_of(binding) is not None:
            kind = parameter_type(definitions.get(name, {}))
            yield label, {"value": mentions_replaced(typed(constant_of(binding), kind), bound)}


def _source(binding: Spec) -> tuple[str, str] | dict[str, str]:
    if "componentInputParameter" in binding:
        return {"read": binding["componentInputParameter"]}
    source = binding["taskOutputParameter"]
    return source["producerTask"], source["outputParameterKey"]


def _extras(document: Document, task: Spec, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return what the root DAG adds to a component: importers, and parts taken of values."""
    selectors = {
        labels[name]: binding["parameterExpressionSelector"]
        for name, binding in parameters_of(task).items()
        if binding.get("parameterExpressionSelector")
    }
    importers = {
        labels[feed.input]: importer
        for feed in feeds(task)
        if (importer := document.importer(document.tasks[feed.producer])) is not None
    }
    parts = {"selectors": selectors, "importers": shortened(importers)}
    return {name: part for name, part in parts.items() if part}
