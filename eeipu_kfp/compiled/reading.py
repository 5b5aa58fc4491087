"""The shape of a compiled pipeline: which of its tasks are stages, and what each rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eeipu_kfp.compiled.dag import Document, Spec, ordered, parameters_of, upstream_of
from eeipu_kfp.compiled.platform import platform_settings, platform_sources
from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput, Stage
from eeipu_kfp.errors import PipelineError

_NUMBERS = {ParameterType.INTEGER: int, ParameterType.DOUBLE: float}
_OLDER_NAMES = {"INT": ParameterType.INTEGER, "DOUBLE": ParameterType.DOUBLE}


def pipeline_shape(document: Document) -> Pipeline:
    """Return the stages of a compiled pipeline and what each reads.

    Every task of the root DAG is a stage, but for importers: what feeds an importer belongs to
    the stages that it feeds.

    Raises:
        PipelineError: There is no stage, or the tasks rest on each other in a cycle.
    """
    tasks = document.tasks
    names = [name for name in ordered(tasks) if document.importer(tasks[name]) is None]
    title = document.ir["pipelineInfo"].get("name", "pipeline")
    if not names:
        message = f"pipeline `{title}` has no stage, but at least one is needed"
        raise PipelineError(message, hint="call a component in the pipeline function")
    return Pipeline(
        name=title,
        stages=tuple(_stage(document, name) for name in names),
        inputs=tuple(_inputs(document.ir["root"])),
    )


def typed(value: Any, kind: ParameterType | None) -> Any:
    """Return a value with its numbers as the type wants them.

    IR from protobuf writes the integer 3 as 3.0, and knows no difference inside of lists.
    """
    if kind in {ParameterType.LIST, ParameterType.STRUCT}:
        return _with_integers(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or kind not in _NUMBERS:
        return value
    number = _NUMBERS[kind](value)
    return number if number == value else value


def _with_integers(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _with_integers(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_with_integers(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def parameter_type(definition: Spec) -> ParameterType:
    """Return the type of a parameter's definition; STRING where KFP has a type of its own."""
    name = definition.get("parameterType", definition.get("type", ""))
    try:
        return _OLDER_NAMES.get(name) or ParameterType(name)
    except ValueError:
        return ParameterType.STRING


def output_types(document: Document, task: Spec) -> dict[str, ParameterType]:
    """Return the type of each output parameter of a task; a loop's are lists."""
    component = document.component(task)
    definitions = component.get("outputDefinitions", {}).get("parameters", {})
    if is_loop(task):
        return dict.fromkeys(definitions, ParameterType.LIST)
    return {name: parameter_type(definition) for name, definition in definitions.items()}


def is_loop(task: Spec) -> bool:
    """Whether a task is a ParallelFor."""
    return "parameterIterator" in task or "artifactIterator" in task


def _stage(document: Document, name: str) -> Stage:
    task = document.tasks[name]
    component = document.component(task)
    artifacts = component.get("outputDefinitions", {}).get("artifacts", {})
    return Stage(
        name=name,
        reads=tuple(dict.fromkeys(_reads(document, task))),
        upstream=tuple(dict.fromkeys(_stages_above(document, task))),
        output_parameters=output_types(document, task),
        output_artifacts={key: schema_title(found) for key, found in artifacts.items()},
    )


def schema_title(definition: Spec) -> str:
    """Return the schema title of an artifact's definition."""
    title: str = definition.get("artifactType", {}).get("schemaTitle", "system.Artifact")
    return title


def _stages_above(document: Document, task: Spec) -> Iterator[str]:
    for name in upstream_of(task):
        producer = document.tasks[name]
        if document.importer(producer) is None:
            yield name
        else:
            yield from _stages_above(document, producer)


def _reads(document: Document, task: Spec) -> Iterator[str]:
    for binding in parameters_of(task).values():
        if "componentInputParameter" in binding:
            yield binding["componentInputParameter"]
    for _, source in platform_sources(platform_settings(document, document.component(task))):
        if "componentInputParameter" in source:
            yield source["componentInputParameter"]
    for name in upstream_of(task):
        if document.importer(document.tasks[name]) is not None:
            yield from _reads(document, document.tasks[name])


def _inputs(root: Spec) -> Iterator[PipelineInput]:
    definitions: Mapping[str, Spec] = root.get("inputDefinitions", {}).get("parameters", {})
    for name, definition in definitions.items():
        kind = parameter_type(definition)
        yield PipelineInput(
            name=name,
            type=kind,
            default=typed(definition.get("defaultValue"), kind),
            optional=definition.get("isOptional", False) or "defaultValue" in definition,
        )
