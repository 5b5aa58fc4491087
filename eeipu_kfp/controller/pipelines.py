"""Kubeflow Pipelines, put together from its API, its run metadata and its pods."""

from __future__ import annotations

import logging
from collections.abc import Callable

from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.controller.opening import RUNS, ClusterRunner
from eeipu_kfp.controller.resource import Resource
from eeipu_kfp.core.ports import ObjectStore
from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.pods import PodReader
from eeipu_kfp.runners.backend.runner import KfpRunner
from eeipu_kfp.runners.backend.tasks import MetadataReader

_logger = logging.getLogger(__name__)


class KfpBackend:
    """Fulfils `Backend` with a real one."""

    def __init__(
        self,
        api: KfpApi,
        metadata: MetadataReader,
        pods_of: Callable[[str], PodReader],
        *,
        namespace: str,
    ) -> None:
        """Ask nothing yet.

        Args:
            api: The backend.
            metadata: Its run metadata.
            pods_of: Returns a reader of the pods of a namespace.
            namespace: Where the pods of all runs are; empty in multi-user mode, where runs and
                their pods are in the namespace of their experiment.
        """
        self._api = api
        self._metadata = metadata
        self._pods_of = pods_of
        self._namespace = namespace

    def registered(self, name: str, version: str, *, namespace: str) -> Document:
        """Return a registered pipeline."""
        return self._api.registered_pipeline(name, version=version, namespace=self._user(namespace))

    def runner(
        self, resource: Resource, *, store: ObjectStore, document: Document
    ) -> ClusterRunner:
        """Return what executes the trials of an experiment."""
        return KfpRunner(
            api=self._api,
            metadata=self._metadata,
            experiment=resource.folder,
            pipeline_root=store.uri(RUNS),
            platform=document.platform,
            namespace=self._user(resource.namespace),
            pods=self._pods_of(self._namespace or resource.namespace),
            logs=store,
        )

    def stop_all(self, resource: Resource) -> None:
        """End all runs of an experiment; harmless where there is none."""
        user = self._user(resource.namespace)
        left = self._api.active_runs(resource.folder, namespace=user)
        for run_id in left:
            self._terminate(run_id)
        if left:
            message = f"{len(left)} runs are being ended"
            raise RunnerUnavailableError(message)

    def _terminate(self, run_id: str) -> None:
        try:
            self._api.terminate(run_id)
        except RunnerUnavailableError:
            raise
        except RunnerError as error:
            # It has ended meanwhile, or is about to; the next look will tell.
            _logger.info("a run is not ended", extra={"run": run_id, "error": str(error)})

    def _user(self, namespace: str) -> str:
        """Return the user's namespace in multi-user mode; empty otherwise."""
        return "" if self._namespace else namespace
