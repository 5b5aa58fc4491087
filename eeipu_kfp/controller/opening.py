"""From a resource to everything that is needed to tune it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.compiled.pipelines import CompiledPipeline, load_pipeline
from eeipu_kfp.controller.api_server import ApiServer, MissingResourceError
from eeipu_kfp.controller.events import Recorder
from eeipu_kfp.controller.ledger import HandleLedger
from eeipu_kfp.controller.metrics import Metrics
from eeipu_kfp.controller.proposals import ProposalPool
from eeipu_kfp.controller.resource import Resource
from eeipu_kfp.controller.status import CacheSize
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.ports import Clock, ObjectStore, Runner
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.models import ConfigMapRef, PipelineSource
from eeipu_kfp.tuning.ledger import ObjectLedger

_SECONDS_BETWEEN_CACHE_LOOKS = 30.0
RUNS = "runs"
"""The folder of a namespace's store that runs put their artifacts in."""


class ClusterRunner(Runner, Protocol):
    """A runner whose runs leave logs, and may wait for what the cluster does not have."""

    def stuck(self, handle: str) -> str | None:
        """Return what a run waits for that may never come; None for nothing."""
        ...

    def log(self, handle: str, stage: str) -> tuple[str, ...]:
        """Return the last lines that a stage has printed so far; none where none are kept."""
        ...


class Backend(Protocol):
    """Kubeflow Pipelines as the controller uses it.

    Every method raises RunnerError where the backend does not answer or refuses.
    """

    def registered(self, name: str, version: str, *, namespace: str) -> Document:
        """Return a registered pipeline."""
        ...

    def runner(
        self, resource: Resource, *, store: ObjectStore, document: Document
    ) -> ClusterRunner:
        """Return what executes the trials of an experiment.

        Args:
            resource: The experiment.
            store: Holds, below `runs`, what the runs put out.
            document: The whole pipeline.
        """
        ...

    def stop_all(self, resource: Resource) -> None:
        """End all runs of an experiment; harmless where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the controller works with, for all experiments.

    Attributes:
        api: The Kubernetes API.
        backend: Kubeflow Pipelines.
        open_store: Opens the folder of that name in the object store.
        proposals: Computes suggestions.
        clock: Tells the time.
        metrics: Takes figures.
        recorder: Takes notices.
    """

    api: ApiServer
    backend: Backend
    open_store: Callable[[str], ObjectStore]
    proposals: ProposalPool
    clock: Clock
    metrics: Metrics
    recorder: Recorder
    _caches: dict[str, Cache] = field(default_factory=dict)
    _sizes: dict[str, tuple[float, CacheSize]] = field(default_factory=dict)

    def cache(self, namespace: str) -> Cache:
        """Return the cache of a namespace; one for all, as it remembers what it has read."""
        held = self._caches.get(namespace)
        if held is not None:
            return held
        opened = Cache(self.open_store(namespace), self.clock, owned=(f"{RUNS}/",))
        return self._caches.setdefault(namespace, opened)

    def cache_size(self, namespace: str) -> CacheSize:
        """Return what the cache of a namespace holds, or held a few seconds ago.

        Raises:
            StoreError: The store does not answer.
        """
        now = self.clock.now()
        held = self._sizes.get(namespace)
        if held is None or now - held[0] >= _SECONDS_BETWEEN_CACHE_LOOKS:
            if held is not None:
                self._sizes[namespace] = now, held[1]  # others need not look at the same time
            entries = self.cache(namespace).entries()
            size_bytes = sum(entry.size_bytes for entry in entries)
            held = now, CacheSize(entries=len(entries), size_bytes=size_bytes)
            self._sizes[namespace] = held
        return held[1]

    def ledger_store(self, resource: Resource) -> ObjectStore:
        """Open the folder of an experiment's ledger."""
        return self.open_store(f"{resource.namespace}/experiments/{resource.folder}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A resource, read and checked against its pipeline.

    Attributes:
        experiment: The campaign that it means.
        pipeline: The pipeline that it names.
        cache: The cache of its namespace.
        ledger: The record of its trials.
        runner: Executes its trials.
        cache_size: Returns what the cache holds.
    """

    experiment: Experiment
    pipeline: CompiledPipeline
    cache: Cache
    ledger: HandleLedger
    runner: ClusterRunner
    cache_size: Callable[[], CacheSize]


def open_resource(resource: Resource, tools: Tools) -> Opened:
    """Read a resource and the pipeline that it names; nothing is written.

    Raises:
        SpecError: A field is wrong, or does not fit the pipeline.
        PipelineError: The pipeline cannot be read.
        ApiServerError: Its ConfigMap cannot be read.
        RunnerError: It is registered, but cannot be had.
    """
    document = resource.document()
    pipeline = _pipeline(document.spec.pipeline, resource, tools)
    store = tools.open_store(resource.namespace)
    whole = Document(ir=pipeline.ir, platform=pipeline.platform)
    return Opened(
        experiment=resolve(document, pipeline.shape),
        pipeline=pipeline,
        cache=tools.cache(resource.namespace),
        ledger=HandleLedger(ObjectLedger(tools.ledger_store(resource))),
        runner=tools.backend.runner(resource, store=store, document=whole),
        cache_size=partial(tools.cache_size, resource.namespace),
    )


def _pipeline(source: PipelineSource, resource: Resource, tools: Tools) -> CompiledPipeline:
    if source.inline is not None:
        return load_pipeline(source.inline)
    if source.config_map_ref is not None:
        return load_pipeline(_config_map_value(source.config_map_ref, resource, tools.api))
    if source.registered is not None:
        name, version = source.registered.name, source.registered.version
        found = tools.backend.registered(name, version, namespace=resource.namespace)
        return CompiledPipeline(found)
    message = "this source is on a user's machine, where the cluster cannot read it"
    hint = "`eeipu apply` puts the pipeline into the experiment"
    raise SpecError(message, path="spec.pipeline", hint=hint)


def _config_map_value(wanted: ConfigMapRef, resource: Resource, api: ApiServer) -> str:
    path = f"/api/v1/namespaces/{resource.namespace}/configmaps/{wanted.name}"
    try:
        data = api.get(path).get("data") or {}
    except MissingResourceError as error:
        message = f"namespace `{resource.namespace}` has no ConfigMap `{wanted.name}` yet"
        raise MissingResourceError(message, hint="apply it beside the experiment") from error
    if wanted.key not in data:
        keys = ", ".join(f"`{key}`" for key in data) or "none"
        message = f"ConfigMap `{wanted.name}` has no key `{wanted.key}`; it has {keys}"
        raise MissingResourceError(message, hint="correct one of the two")
    return str(data[wanted.key])
