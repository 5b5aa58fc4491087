"""The KFP runner on the double, and on a real backend where KFP_ENDPOINT names one.

That also needs KFP_MLMD_ADDRESS, KFP_PIPELINE_ROOT with MINIO_ENDPOINT and its keys, a
KFP_STAGE_IMAGE with kfp, a KUBECONFIG, and in KFP_GATE_HOST the address of this machine for pods.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import ObjectStore, RunState, TrialRun
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.mlmd import MlmdReader
from eeipu_kfp.runners.backend.pods import PodReader
from eeipu_kfp.runners.backend.runner import KfpRunner
from tests.contracts.backend_pipelines import compiled
from tests.contracts.runner import STAGES, RunnerContract, RunnerWorld
from tests.kfp_double.double import KfpDouble

if TYPE_CHECKING:
    from tests.conftest import MinioServer

_ENDPOINT = os.environ.get("KFP_ENDPOINT", "")
_PATIENCE_SECONDS = 600.0 if _ENDPOINT else 60.0
_PAUSE_SECONDS = 1.0 if _ENDPOINT else 0.02
_GATE_HOST = os.environ.get("KFP_GATE_HOST", "127.0.0.1")


class Gate:
    """Tells held stages by HTTP when they may go on."""

    def __init__(self) -> None:
        gate = self
        self.is_open = False

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = b"open" if gate.is_open else b"shut"
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        host = "0.0.0.0" if _ENDPOINT else "127.0.0.1"
        self._server = ThreadingHTTPServer((host, 0), Handler)
        self.url = f"http://{_GATE_HOST}:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class DoublePods:
    def __init__(self, double: KfpDouble) -> None:
        self._double = double

    def pods(self, run_id: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._double.pods(run_id))

    def log(self, pod: str) -> str:
        return ""


class KfpWorld(RunnerWorld):
    def __init__(self, runner: KfpRunner, gate: Gate) -> None:
        self.runner: KfpRunner = runner
        self._name = f"contract-{uuid4().hex[:8]}"
        self._gate = gate
        self._gate.is_open = False

    def trial(
        self, name: str, *, without_prepare: bool = False, failing: str = "", held: str = ""
    ) -> TrialRun:
        prepared = {"prepare": StageOutputs(parameters={"Output": 3})}
        return TrialRun(
            name=f"{self._name}-{name}",
            pipeline=load_pipeline(compiled()).cut(prepared if without_prepare else {}),
            arguments={"failing": failing, "held": held, "gate": self._gate.url, "unread": 1},
            stages=STAGES[1:] if without_prepare else STAGES,
        )

    def release(self) -> None:
        self._gate.is_open = True

    def wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(_PAUSE_SECONDS)


Make = Callable[..., KfpRunner]


@pytest.fixture(scope="module")
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Return what makes a runner, with or without the right to read pods."""
    with ExitStack() as resources:
        if _ENDPOINT:
            yield partial(_real, root=_root(request.getfixturevalue("minio_endpoint")))
            return
        double = resources.enter_context(KfpDouble())

        def on_double(*, has_pods: bool) -> KfpRunner:
            return KfpRunner(
                api=KfpApi(double.url),
                metadata=MlmdReader(double.mlmd_address),
                experiment="contract",
                pipeline_root=double.bucket.uri("runs"),
                pods=DoublePods(double) if has_pods else None,
                logs=double.bucket,
            )

        yield on_double


def _real(*, has_pods: bool, root: ObjectStore) -> KfpRunner:
    return KfpRunner(
        api=KfpApi(_ENDPOINT),
        metadata=MlmdReader(os.environ["KFP_MLMD_ADDRESS"]),
        experiment="contract",
        pipeline_root=root.uri("runs"),
        pods=_real_pods() if has_pods else None,
        logs=root,
    )


def _root(server: MinioServer) -> ObjectStore:
    from eeipu_kfp.cache.minio_store import MinioStore

    return MinioStore(
        endpoint=server.address,
        bucket=os.environ.get("KFP_BUCKET", "mlpipeline"),
        access_key=server.access_key,
        secret_key=server.secret_key,
        prefix="eeipu/contract",
        secure=server.secure,
    )


def _real_pods() -> PodReader:
    from kubernetes import client, config

    from eeipu_kfp.runners.backend.kubernetes_pods import KubernetesPods

    config.load_config()
    namespace = os.environ.get("KFP_NAMESPACE", "kubeflow")
    return KubernetesPods(client.CoreV1Api(), namespace=namespace)


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.close()


@pytest.fixture(params=[True, False], ids=["with-pods", "without-pods"])
def kfp(make: Make, gate: Gate, request: pytest.FixtureRequest) -> KfpWorld:
    return KfpWorld(make(has_pods=request.param), gate)


class TestKfpRunner(RunnerContract):
    @pytest.fixture
    def world(self, kfp: KfpWorld) -> KfpWorld:
        return kfp


def test_outputs_keep_their_type_and_metadata(kfp: KfpWorld) -> None:
    prepared, trained, _ = kfp.ended(kfp.runner.start(kfp.trial("one")))

    assert prepared.outputs is not None
    assert trained.outputs is not None
    assert prepared.outputs.parameters == {"Output": 3}
    assert isinstance(prepared.outputs.parameters["Output"], int)
    (model,) = trained.outputs.artifacts["model"]
    assert model.uri.startswith("minio://")
    assert model.type == "system.Dataset"
    assert model.metadata == {"rows": 3}
    assert isinstance(model.metadata["rows"], int)


def test_a_failure_says_what_happened_with_the_last_lines(kfp: KfpWorld) -> None:
    *_, failed = kfp.ended(kfp.runner.start(kfp.trial("one", failing="train")))

    assert failed.failure is not None
    assert failed.failure.message.startswith("stage `train` ")
    assert failed.failure.message.endswith(": ValueError: no luck")
    assert failed.failure.log[0] == "train begins"


def test_a_new_runner_finds_the_run_and_the_same_results(
    kfp: KfpWorld, make: Make, gate: Gate
) -> None:
    handle = kfp.runner.start(kfp.trial("one"))
    results = kfp.ended(handle)

    another = make(has_pods=kfp.runner._pods is not None)

    assert another.start(kfp.trial("one")) == handle
    assert another.collect(handle) == results


def test_a_cached_artifact_is_imported_where_it_is(kfp: KfpWorld) -> None:
    prepared, trained, _ = kfp.ended(kfp.runner.start(kfp.trial("one")))
    assert prepared.outputs is not None
    assert trained.outputs is not None
    outputs = {"prepare": StageOutputs(), "train": trained.outputs}
    run = TrialRun(
        name=kfp.trial("two").name,
        pipeline=load_pipeline(compiled()).cut(outputs),
        arguments={},
        stages=("evaluate",),
    )

    handle = kfp.runner.start(run)
    results = kfp.ended(handle)

    assert kfp.runner.poll(handle) is RunState.SUCCEEDED
    ran = [result for result in results if result.outcome is not StageOutcome.CACHED]
    assert [(result.stage, result.outcome) for result in ran] == [
        ("evaluate", StageOutcome.EXECUTED)
    ]
