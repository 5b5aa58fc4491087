"""A small double of Kubeflow Pipelines that really executes what is submitted to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.ports import ObjectStore
from tests.kfp_double.execution import Executor, LocalExecutor
from tests.kfp_double.faults import Faults
from tests.kfp_double.instant import InstantExecutor, InstantStages
from tests.kfp_double.metadata import MetadataStore
from tests.kfp_double.objects import Bucket
from tests.kfp_double.orders import obey
from tests.kfp_double.pods import pod_documents, pod_log
from tests.kfp_double.recording import Recorder
from tests.kfp_double.runs import Run
from tests.kfp_double.server import ApiServer, MetadataServer
from tests.kfp_double.service import Request, Service
from tests.kfp_double.writing import Writer

_DEFAULT_ROOT = "v2/artifacts"


class KfpDouble:
    """Serves the API and the run metadata of Kubeflow Pipelines 2.17 from this process.

    Attributes:
        bucket: Where artifacts are; `bucket.below(prefix)` is an `ObjectStore` in it.
        faults: What goes wrong next.
        url: Where the API is.
        mlmd_address: Where the run metadata are.
    """

    def __init__(
        self,
        *,
        store: ObjectStore | None = None,
        bucket: str = "mlpipeline",
        instant: InstantStages | None = None,
        lag_seconds: float = 0.1,
        host: str = "127.0.0.1",
        http_port: int = 0,
        grpc_port: int = 0,
    ) -> None:
        """Begin to serve.

        Args:
            store: Holds the whole bucket; one in memory where none is given.
            bucket: The bucket's name, as URIs have it.
            instant: What stages put out and cost that are not executed; None to execute them.
            lag_seconds: How long the API takes to hear of a new workflow: about a second on the
                real one. Nothing lags where stages are instant.
            host: The address to serve at.
            http_port: The port of the API; 0 for any that is free.
            grpc_port: The port of the run metadata; 0 for any that is free.
        """
        self.bucket = Bucket(store=store or MemoryStore(), name=bucket)
        self.faults = Faults()
        metadata = MetadataStore()
        self._resources = ExitStack()
        folder = Path(self._resources.enter_context(TemporaryDirectory(prefix="kfp-double-")))
        writer = Writer(metadata=metadata, bucket=self.bucket, downloads=folder / "downloads")
        recorder = Recorder(writer=writer)
        lag_seconds = 0.0 if instant else lag_seconds
        executor = _executor(recorder, folder, instant, lag_seconds)
        self._resources.callback(executor.close)
        self._service = Service(
            executor=executor,
            faults=self.faults,
            default_root=self.bucket.uri(_DEFAULT_ROOT),
            lag_seconds=lag_seconds,
        )
        self._mlmd = MetadataServer(metadata, self.faults, host=host, port=grpc_port)
        self._resources.callback(self._mlmd.close)
        self._api = ApiServer(self._answer, self.faults, host=host, port=http_port)
        self._resources.callback(self._api.close)
        self.url = f"http://{host}:{self._api.port}"
        self.mlmd_address = f"{host}:{self._mlmd.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()

    def close(self) -> None:
        """Serve no more, and end all runs."""
        self._resources.close()

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs, in the order they were submitted."""
        return tuple(self._service.runs.values())

    def pods(self, run_id: str) -> list[dict[str, Any]]:
        """Return the pods that a run would have, as documents of Kubernetes."""
        return pod_documents(self._service.run(run_id))

    def log(self, run_id: str, pod: str) -> str:
        """Return what one of a run's pods has printed."""
        return pod_log(self._service.run(run_id), pod)

    def register(self, name: str, version: str, spec: Mapping[str, Any]) -> str:
        """Register a version of a pipeline, and return the version's id."""
        return self._service.register(name, version, spec)

    def terminate(self, run_id: str) -> None:
        """End a run from this side."""
        self._service.terminate(run_id)

    def delete(self, run_id: str) -> None:
        """Forget a run, as its retention does."""
        self._service.delete(run_id)

    def leave(self, seconds: float) -> None:
        """Refuse connections to the API for a while."""
        self._api.leave(seconds)

    def _answer(self, route: str, request: Request) -> Mapping[str, Any]:
        if route != "give_order":
            return self._service.answer(route, request)
        obey(self, request.body)
        return {}


def _executor(
    recorder: Recorder, folder: Path, instant: InstantStages | None, lag_seconds: float
) -> Executor:
    if instant is None:
        return LocalExecutor(recorder, folder, lag_seconds=lag_seconds)
    content = folder / "content"
    content.write_text("small")
    return InstantExecutor(recorder=recorder, stages=instant, content=content)
