"""The whole controller, from all parts put together."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import cast

import kopf
from kubernetes.client import CoreV1Api

from eeipu_kfp.cache.minio_store import MinioStore
from eeipu_kfp.controller import handlers
from eeipu_kfp.controller.api_server import ApiServer, ApiServerError, KubernetesApi, connect
from eeipu_kfp.controller.browsing import Browser, ControllerSnapshots
from eeipu_kfp.controller.events import EventRecorder
from eeipu_kfp.controller.lease import RENEWAL_SECONDS, Hold, Lease
from eeipu_kfp.controller.metrics import Metrics, Timed
from eeipu_kfp.controller.opening import Backend, Tools
from eeipu_kfp.controller.pipelines import KfpBackend
from eeipu_kfp.controller.proposals import ProposalPool
from eeipu_kfp.controller.readings import Readings
from eeipu_kfp.controller.server import Server, serve
from eeipu_kfp.controller.settings import BucketSettings, Settings
from eeipu_kfp.controller.supervisor import Supervisor
from eeipu_kfp.core.ports import ObjectStore
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.kubernetes_pods import KubernetesPods
from eeipu_kfp.runners.backend.mlmd import MlmdReader
from eeipu_kfp.tuning.clock import SystemClock

_PORT = 8080
_LIVENESS = "http://0.0.0.0:8081/healthz"
_THREADS = 32
_LOG_FORMATS = {
    "json": kopf.LogFormat.JSON,
    "plain": kopf.LogFormat.PLAIN,
    "full": kopf.LogFormat.FULL,
}
# They tell of every probe, and of every event of the API server.
_TALKATIVE = ("aiohttp.access", "kopf.objects")
_logger = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Tune until the process is asked to end, or another controller has taken over.

    Returns:
        The exit status of the process.

    Raises:
        EeipuError: It cannot begin.
    """
    kopf.configure(log_format=_LOG_FORMATS[settings.log_format])
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    operator = make_operator(settings)
    asyncio.run(operator.run())
    return 1 if operator.is_displaced else 0


def make_operator(settings: Settings) -> Operator:
    """Put a controller together; nothing is asked of anybody yet.

    Raises:
        EeipuError: No cluster is known, or the store's address is none.
    """
    client = connect()
    metrics = Metrics()
    api = cast("ApiServer", Timed(KubernetesApi(client), metrics, "kubernetes"))
    core = CoreV1Api(client)
    pipelines = cast(
        "KfpApi",
        Timed(KfpApi(settings.kfp_url, token_path=settings.kfp_token_path), metrics, "pipelines"),
    )
    metadata = cast("MlmdReader", Timed(MlmdReader(settings.mlmd_address), metrics, "metadata"))

    def pods_of(namespace: str) -> KubernetesPods:
        return KubernetesPods(core, namespace=namespace)

    backend: Backend = KfpBackend(pipelines, metadata, pods_of, namespace=settings.kfp_namespace)
    tools = Tools(
        api=api,
        backend=backend,
        open_store=lambda folder: _store(settings.bucket, folder, metrics),
        proposals=ProposalPool(settings.workers),
        clock=SystemClock(),
        metrics=metrics,
        recorder=EventRecorder(api, instance=settings.identity),
    )
    lease = Lease(
        api,
        namespace=settings.own_namespace,
        identity=settings.identity,
        monotonic=time.monotonic,
    )
    return Operator(settings=settings, tools=tools, lease=lease)


@dataclass(slots=True, kw_only=True)
class Operator:
    """A controller that runs.

    Attributes:
        settings: What it was told.
        tools: What it works with.
        lease: Its hold on the lease.
        is_displaced: Whether another controller has taken over.
    """

    settings: Settings
    tools: Tools
    lease: Lease
    is_displaced: bool = False

    async def run(self) -> None:
        """Tune until the process is asked to end, or the lease is lost."""
        supervisor = Supervisor(self.tools, may_act=lambda: self.lease.is_held, threads=_THREADS)
        stop = asyncio.Event()
        server = await serve(self._server(supervisor).application(), port=_PORT)
        renewal = asyncio.create_task(self._keep_lease(stop))
        registry = kopf.OperatorRegistry()
        handlers.register(registry, supervisor)
        try:
            await kopf.operator(
                registry=registry,
                settings=handlers.operator_settings(),
                standalone=True,
                liveness_endpoint=_LIVENESS,
                stop_flag=stop,
                **handlers.scope(self.settings),
            )
        finally:
            renewal.cancel()
            await supervisor.close()
            await server.cleanup()
            await asyncio.to_thread(self._let_go)

    def _server(self, supervisor: Supervisor) -> Server:
        namespaces = self.settings.namespaces

        def serves(namespace: str) -> bool:
            return not namespaces or namespace in namespaces

        settings = self.settings
        snapshots = ControllerSnapshots(supervisor.find, supervisor.known, settings.namespaces)
        return Server(
            Readings(self.tools, supervisor.find, serves),
            self.tools.metrics,
            is_ready=lambda: self.lease.is_held,
            browser=Browser(snapshots, pipelines_url=settings.pipelines_url),
            has_page=settings.serves_page,
        )

    async def _keep_lease(self, stop: asyncio.Event) -> None:
        while True:
            try:
                hold = await asyncio.to_thread(self.lease.renew)
            except ApiServerError as error:
                _logger.warning("the lease is not renewed", extra={"error": str(error)})
            else:
                if hold is Hold.LOST:
                    _logger.error("another controller has taken the lease; this one ends")
                    self.is_displaced = True
                    stop.set()
                    return
            await asyncio.sleep(RENEWAL_SECONDS)

    def _let_go(self) -> None:
        try:
            self.lease.release()
        except ApiServerError as error:
            _logger.warning("the lease is not given back", extra={"error": str(error)})
        self.tools.proposals.close()


def _store(bucket: BucketSettings, folder: str, metrics: Metrics) -> ObjectStore:
    scheme, _, host = bucket.endpoint.rstrip("/").rpartition("://")
    store = MinioStore(
        endpoint=host,
        bucket=bucket.bucket,
        prefix=f"{bucket.prefix}/{folder}",
        access_key=bucket.access_key,
        secret_key=bucket.secret_key,
        secure=scheme == "https",
        region=bucket.region,
        scheme=bucket.scheme,
    )
    return cast("ObjectStore", Timed(store, metrics, "store"))
