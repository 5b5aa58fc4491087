"""From an experiment file to everything that is needed to run it on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.compiled.pipelines import CompiledPipeline, load_pipeline
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.ports import Clock, ObjectStore
from eeipu_kfp.core.suggestion import Stop
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import dump, load_document
from eeipu_kfp.experiment.models import S3, TuningExperiment
from eeipu_kfp.local.reporting import Reporter
from eeipu_kfp.local.workspace import Workspace
from eeipu_kfp.report.result import TuningResult
from eeipu_kfp.report.summary import summarise
from eeipu_kfp.tuning.clock import SystemClock

_ACCESS_KEYS = ("AWS_ACCESS_KEY_ID", "MINIO_ACCESS_KEY")
_SECRET_KEYS = ("AWS_SECRET_ACCESS_KEY", "MINIO_SECRET_KEY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An experiment file, read and checked.

    Attributes:
        document: The file as it was written.
        experiment: The campaign that it means.
        pipeline: The pipeline that it names.
        base: The folder that paths in the file start from.
        directory: Where experiments and the common cache are kept.
    """

    document: TuningExperiment
    experiment: Experiment
    pipeline: CompiledPipeline
    base: Path
    directory: Path

    @property
    def workspace(self) -> Workspace:
        """The experiment's own folder."""
        return Workspace(folder=self.directory / self.experiment.name)

    @property
    def clock(self) -> Clock:
        """The time of this machine."""
        return SystemClock()

    def cache(self) -> Cache:
        """Open the cache that the experiment names, or the one beside all experiments."""
        return Cache(self._store(), self.clock)

    def whole_document(self) -> dict[str, Any]:
        """Return the experiment as plain data, with its pipeline in it."""
        document = dump(self.document)
        document["spec"]["pipeline"] = {"inline": self.pipeline.text()}
        return document

    def reporter(self, to: Path | None = None) -> Reporter:
        """Return what writes the experiment's report page, at its usual place or another."""
        page = to or self.workspace.report
        return Reporter(self.experiment, self.pipeline.shape, to=page, clock=self.clock)

    def result(self, history: History, stop: Stop | None) -> TuningResult:
        """Return how the experiment ended, or where it stands."""
        summary = summarise(self.pipeline.shape, history)
        report = self.workspace.report
        return TuningResult(history=history, summary=summary, stop=stop, report=report)

    def _store(self) -> ObjectStore:
        store = self.document.spec.cache.store
        if store is not None and store.directory is not None:
            return DirectoryStore(self.base / store.directory.path)
        if store is not None and store.s3 is not None:
            return _bucket(store.s3, os.environ)
        return _common_store(self.directory)


def open_experiment(path: Path, directory: Path) -> Opened:
    """Read an experiment file and the pipeline that it names.

    Raises:
        SpecError: The file is wrong; the message says where and what to do.
        PipelineError: So is the pipeline.
    """
    document = load_document(path)
    pipeline = _pipeline(document, base=path.parent)
    return Opened(
        document=document,
        experiment=resolve(document, pipeline.shape),
        pipeline=pipeline,
        base=path.parent,
        directory=directory,
    )


def open_cache(experiment: Path | None, directory: Path) -> Cache:
    """Open the cache of an experiment file, or the one that all of a directory share."""
    if experiment is not None:
        return open_experiment(experiment, directory).cache()
    return Cache(_common_store(directory), SystemClock())


def _common_store(directory: Path) -> DirectoryStore:
    return DirectoryStore(directory / "cache")


def _pipeline(document: TuningExperiment, *, base: Path) -> CompiledPipeline:
    source = document.spec.pipeline
    if source.path is not None:
        return load_pipeline(base / source.path)
    if source.function is not None:
        return load_pipeline(source.function, base=base)
    if source.inline is not None:
        return load_pipeline(source.inline)
    message = "this source is read from a cluster, but the experiment is to run on this machine"
    hint = "name a file under `path`, or a Python function under `function`"
    raise SpecError(message, path="spec.pipeline", hint=hint)


def _bucket(s3: S3, environment: Mapping[str, str]) -> ObjectStore:
    from eeipu_kfp.cache.minio_store import MinioStore  # noqa: PLC0415  # its client takes 0.3 s

    scheme, _, host = s3.endpoint.rpartition("://")
    return MinioStore(
        endpoint=host,
        bucket=s3.bucket,
        prefix=s3.prefix,
        access_key=_credential(_ACCESS_KEYS, environment),
        secret_key=_credential(_SECRET_KEYS, environment),
        secure=scheme == "https",
        region=s3.region,
    )


def _credential(names: tuple[str, ...], environment: Mapping[str, str]) -> str:
    for name in names:
        if environment.get(name):
            return environment[name]
    message = f"the store needs credentials, but neither {' nor '.join(names)} is set"
    raise SpecError(message, path="spec.cache.store.s3", hint=f"export {names[0]}")
