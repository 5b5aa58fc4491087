"""The trial pipeline: a compiled pipeline without its cached stages, fed with their outputs.

Importers stand for artifacts and constants for output parameters. Limits: a list of artifacts is
imported by a loop, which wants one type and metadata for all (see `is_portable`), and on a cluster
needs a KFP whose importer takes its URI from a loop; outputs of the pipeline as a whole that came
from a stage taken out are dropped.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from eeipu_kfp.compiled.dag import Document, Feed, feeds, parameters_of, selectors, upstream_of
from eeipu_kfp.compiled.folding import fold_constants
from eeipu_kfp.compiled.importers import (
    OUTPUT,
    Importer,
    artifact_importer,
    importer_names,
    list_importer,
)
from eeipu_kfp.compiled.platform import platform_settings, platform_sources
from eeipu_kfp.compiled.reading import is_loop, output_types, typed
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.errors import PipelineError


def cut_pipeline(
    document: Document, shape: Pipeline, outputs: Mapping[str, StageOutputs]
) -> dict[str, Any]:
    """Return the IR of the trial pipeline; the document itself stays as it is.

    Raises:
        PipelineError: A name is no stage, no stage is left, or a stage that is left consumes an
            output that is not given, or one that cannot be imported.
    """
    _check_names(shape, outputs)
    cut = _Cut(document, shape, outputs)
    cut.remove()
    for name, task in list(cut.tasks.items()):
        cut.feed(name, task)
    _drop_outputs(cut.ir["root"], cut.tasks)
    _drop_unused(cut.ir)
    _stop_native_caching(cut.ir)
    return cut.ir


class _Cut:
    """A cut in progress.

    Attributes:
        ir: The pipeline spec that is being changed.
        tasks: The tasks of its root DAG.
    """

    def __init__(
        self, document: Document, shape: Pipeline, outputs: Mapping[str, StageOutputs]
    ) -> None:
        self.ir: dict[str, Any] = copy.deepcopy(dict(document.ir))
        self.tasks: dict[str, Any] = self.ir["root"]["dag"]["tasks"]
        self._before = document
        self._outputs = outputs
        self._names = importer_names(shape, document.tasks)
        self._importers: dict[tuple[str, str], Importer] = {}

    def remove(self) -> None:
        """Take the stages out, and the importers that fed no other task."""
        before = self._before.tasks
        shown = _shown(self.ir["root"])
        read = {above for name in self._outputs for above in upstream_of(before[name])}
        for name in self._outputs:
            del self.tasks[name]
        needed = {above for task in self.tasks.values() for above in upstream_of(task)} | shown
        for name in read - needed:
            if name in self.tasks and self._before.importer(before[name]) is not None:
                del self.tasks[name]

    def feed(self, name: str, task: dict[str, Any]) -> None:
        """Give a task that is left what the stages taken out have put out before."""
        self._check_platform(name, task)
        constants: dict[str, Any] = {}
        added: list[str] = []
        for feed in [feed for feed in feeds(task) if feed.producer in self._outputs]:
            if feed.is_artifact:
                importer = self._importer(feed, name)
                source = {"producerTask": importer.name, "outputArtifactKey": OUTPUT}
                task["inputs"]["artifacts"][feed.input] = {"taskOutputArtifact": source}
                added.append(importer.name)
            else:
                constants[feed.input] = self._constant(feed, name)
        self._bind(task, constants)
        self._rearrange(task, added)

    def _bind(self, task: dict[str, Any], constants: Mapping[str, Any]) -> None:
        bindings = parameters_of(task)
        plain: dict[str, Any] = {}
        for name, value in constants.items():
            kept = {"parameterExpressionSelector"} & bindings[name].keys()
            selector = {key: bindings[name][key] for key in kept}
            bound = {"runtimeValue": {"constant": value}, **selector}
            task["inputs"]["parameters"][name] = bound
            if not selector:
                plain[name] = value
        importer = self._before.importer(task)
        if importer is not None and "uri" in plain:
            label = self._before.component(task)["executorLabel"]
            executor = self.ir["deploymentSpec"]["executors"][label]
            executor["importer"]["artifactUri"] = {"constant": plain["uri"]}
        fold_constants(self.ir, task, plain)

    def _rearrange(self, task: dict[str, Any], added: list[str]) -> None:
        follows = task.get("dependentTasks", [])
        kept = [name for name in follows if name in self.tasks]
        if added or len(kept) < len(follows):
            task["dependentTasks"] = sorted({*kept, *added})
        if not task.get("dependentTasks", True):
            del task["dependentTasks"]

    def _constant(self, feed: Feed, consumer: str) -> Any:
        if not feed.output:
            return {"state": "SUCCEEDED", "pipelineTaskName": feed.producer}
        known = self._outputs[feed.producer].parameters
        if feed.output not in known:
            raise _lacking(feed, consumer)
        kinds = output_types(self._before, self._before.tasks[feed.producer])
        return typed(known[feed.output], kinds.get(feed.output))

    def _importer(self, feed: Feed, consumer: str) -> Importer:
        source = (feed.producer, feed.output)
        if source not in self._importers:
            self._importers[source] = self._added(self._new_importer(feed, consumer))
        return self._importers[source]

    def _new_importer(self, feed: Feed, consumer: str) -> Importer:
        artifacts = self._outputs[feed.producer].artifacts.get(feed.output)
        if artifacts is None or not (artifacts or self._is_list(feed)):
            raise _lacking(feed, consumer)
        name = self._names[feed.producer, feed.output]
        if self._is_list(feed):
            return list_importer(name, artifacts)
        return artifact_importer(name, artifacts[0])

    def _is_list(self, feed: Feed) -> bool:
        producer = self._before.tasks[feed.producer]
        definitions = self._before.component(producer).get("outputDefinitions", {})
        definition = definitions.get("artifacts", {}).get(feed.output, {})
        return is_loop(producer) or definition.get("isArtifactList", False)

    def _added(self, importer: Importer) -> Importer:
        executors = self.ir.setdefault("deploymentSpec", {}).setdefault("executors", {})
        self.tasks[importer.name] = dict(importer.task)
        self.ir["components"].update(importer.components)
        executors.update(importer.executors)
        return importer

    def _check_platform(self, name: str, task: Mapping[str, Any]) -> None:
        settings = platform_settings(self._before, self._before.component(task))
        for _, source in platform_sources(settings):
            producer = source.get("taskOutputParameter", {}).get("producerTask")
            if producer in self._outputs:
                message = f"stage `{name}` mounts what `{producer}` makes in the same run"
                raise PipelineError(message, hint=f"let `{producer}` run in every trial")


def _check_names(shape: Pipeline, outputs: Mapping[str, StageOutputs]) -> None:
    unknown = next((name for name in outputs if name not in shape.names), None)
    if unknown is not None:
        known = ", ".join(f"`{name}`" for name in shape.names)
        message = f"`{unknown}` is no stage of pipeline `{shape.name}`; its stages are {known}"
        raise PipelineError(message)
    if set(outputs) == set(shape.names):
        message = f"every stage of pipeline `{shape.name}` is cached, so nothing is left to run"
        raise PipelineError(message, hint="take the outputs from the cache")


def _lacking(feed: Feed, consumer: str) -> PipelineError:
    message = (
        f"`{consumer}` consumes `{feed.output}` of stage `{feed.producer}`, which is not given"
    )
    return PipelineError(message, hint=f"let stage `{feed.producer}` run again")


def _shown(root: Mapping[str, Any]) -> set[str]:
    """Return the tasks that outputs of the pipeline as a whole come from."""
    kinds = root["dag"].get("outputs", {}).values()
    found = [selectors(output) for outputs in kinds for output in outputs.values()]
    return {selector["producerSubtask"] for several in found for selector in several}


def _drop_outputs(root: dict[str, Any], tasks: Mapping[str, Any]) -> None:
    """Drop the outputs of the pipeline as a whole that come from no task that is left."""
    shown = root["dag"].get("outputs", {})
    for kind, outputs in shown.items():
        for name in list(outputs):
            if any(found["producerSubtask"] not in tasks for found in selectors(outputs[name])):
                del outputs[name]
                root.get("outputDefinitions", {}).get(kind, {}).pop(name, None)
    for holder, key in ((root["dag"], "outputs"), (root, "outputDefinitions")):
        if key in holder:
            left = {kind: outputs for kind, outputs in holder[key].items() if outputs}
            holder.update({key: left})
            if not left:
                del holder[key]


def _drop_unused(ir: dict[str, Any]) -> None:
    """Drop the components and executors that nothing runs any more."""
    used: set[str] = set()
    waiting = [ir["root"]]
    while waiting:
        tasks = waiting.pop().get("dag", {}).get("tasks", {}).values()
        new = {task["componentRef"]["name"] for task in tasks} - used
        used |= new
        waiting += [ir["components"][name] for name in new]
    ir["components"] = {name: found for name, found in ir["components"].items() if name in used}
    labels = {component.get("executorLabel") for component in ir["components"].values()}
    deployment = ir["deploymentSpec"]
    executors = deployment["executors"].items()
    deployment["executors"] = {label: found for label, found in executors if label in labels}


def _stop_native_caching(ir: dict[str, Any]) -> None:
    for component in (ir["root"], *ir["components"].values()):
        for task in component.get("dag", {}).get("tasks", {}).values():
            task["cachingOptions"] = {}
