"""What tests of the controller's parts need of a cluster, with runs that do what they are told."""

from __future__ import annotations

from typing import Any

from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.controller.metrics import Metrics
from eeipu_kfp.controller.opening import Tools
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.ports import RunState, StageResult, TrialRun
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.errors import RunnerError
from tests.cluster_world import DirectProposals, JumpingClock, Notices
from tests.fake_api_server import FakeApiServer
from tests.kfp_double.objects import Bucket

METRICS = Artifact(uri="minio://mlpipeline/none", type="system.Metrics", metadata={"score": 0.5})


class ToldRunner:
    """Runs end when they are told to, each stage after a second."""

    def __init__(self) -> None:
        self.runs: dict[str, TrialRun] = {}
        self.state = RunState.SUCCEEDED
        self.waits_for: str | None = None
        self.stopped: list[str] = []

    def start(self, run: TrialRun) -> str:
        self.runs[run.name] = run
        return run.name

    def poll(self, handle: str) -> RunState:
        return self.state

    def stop(self, handle: str) -> None:
        self.stopped.append(handle)

    def collect(self, handle: str) -> tuple[StageResult, ...]:
        if self.state is RunState.RUNNING:
            return ()
        return tuple(self._result(stage) for stage in self.runs[handle].stages)

    def discard(self, handle: str) -> None:
        pass

    def stuck(self, handle: str) -> str | None:
        return self.waits_for

    def log(self, handle: str, stage: str) -> tuple[str, ...]:
        return (f"{stage} of {handle} says hello",)

    def _result(self, stage: str) -> StageResult:
        outputs = {
            "prepare": StageOutputs(),
            "train": StageOutputs(parameters={"Output": 0.5}),
            "evaluate": StageOutputs(
                parameters={"Output": 0.5},
                artifacts={"metrics": (METRICS,)},
            ),
        }
        return StageResult(
            stage=stage, outcome=StageOutcome.EXECUTED, seconds=1.0, outputs=outputs[stage]
        )


class ToldBackend:
    """Fulfils `Backend` with one runner for all."""

    def __init__(self) -> None:
        self.one = ToldRunner()
        self.pipelines: dict[tuple[str, str], Document] = {}
        self.stopped: list[str] = []
        self.fault: Exception | None = None

    def registered(self, name: str, version: str, *, namespace: str) -> Document:
        if (name, version) not in self.pipelines:
            message = f"no pipeline {name}"
            raise RunnerError(message)
        return self.pipelines[name, version]

    def runner(self, resource: Any, *, store: Any, document: Any) -> ToldRunner:
        return self.one

    def stop_all(self, resource: Any) -> None:
        if self.fault is not None:
            raise self.fault
        self.stopped.append(resource.folder)


class Parts:
    """All that a reconciler works with, each part at hand."""

    def __init__(self) -> None:
        self.api = FakeApiServer()
        self.backend = ToldBackend()
        self.store = Bucket(store=MemoryStore(), name="mlpipeline")
        self.clock = JumpingClock()
        self.metrics = Metrics()
        self.notices = Notices()
        self.tools = Tools(
            api=self.api,
            backend=self.backend,
            open_store=self.store.below,
            proposals=DirectProposals(),  # type: ignore[arg-type]  # answers as the pool does
            clock=self.clock,
            metrics=self.metrics,
            recorder=self.notices,
        )
