"""A cluster in this process: the API server, Kubeflow Pipelines, and the store that outlive a
controller.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import yaml

from eeipu_kfp.controller.events import Notice, event_document
from eeipu_kfp.controller.metrics import Metrics
from eeipu_kfp.controller.opening import Tools
from eeipu_kfp.controller.pipelines import KfpBackend
from eeipu_kfp.controller.reconciler import Reconciler
from eeipu_kfp.controller.resource import Resource, read_resource
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.mlmd import MlmdReader
from eeipu_kfp.search.designers import make_designer
from eeipu_kfp.tuning.ledger import ObjectLedger
from tests.fake_api_server import FakeApiServer
from tests.kfp_double.double import KfpDouble
from tests.kfp_double.instant import InstantStages
from tests.small_pipeline import EXPERIMENT, write

NAMESPACE = "team"
COLLECTION = f"/apis/eeipu.dev/v1alpha1/namespaces/{NAMESPACE}/tuningexperiments"
_MOST_ROUNDS = 400


@cache
def pipeline_text() -> str:
    """Return the compiled pipeline of three stages."""
    with TemporaryDirectory() as folder:
        write(Path(folder))
        return (Path(folder) / "pipeline.yaml").read_text()


def experiment(name: str = "small", **spec: Any) -> dict[str, Any]:
    """Return a resource as a user would apply it, with some fields of its spec replaced."""
    document = yaml.safe_load(EXPERIMENT)
    document["metadata"] = {"name": name}
    document["spec"] |= {"pipeline": {"inline": pipeline_text()}, **spec}
    return dict(document)


class JumpingClock:
    """Time that passes when somebody waits for it."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class DirectProposals:
    """Computes suggestions on the spot."""

    def suggest(self, designer: str, request: Any) -> Any:
        return make_designer(designer).suggest(request)


class Notices:
    """Remembers what was told, each notice once, as the API server does."""

    def __init__(self) -> None:
        self._told: dict[str, Notice] = {}

    def tell(self, resource: Resource, notice: Notice) -> None:
        name = event_document(resource, notice, "me", "")["metadata"]["name"]
        self._told.setdefault(name, notice)

    @property
    def told(self) -> list[Notice]:
        return list(self._told.values())

    @property
    def reasons(self) -> list[str]:
        return [notice.reason for notice in self.told]


class DoublePods:
    """Reads the pods of the double."""

    def __init__(self, double: KfpDouble) -> None:
        self._double = double

    def pods(self, run_id: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._double.pods(run_id))

    def log(self, pod: str) -> str:
        return "the last words\n"


class World:
    """All that is there before a controller comes and after it has gone."""

    def __init__(self, double: KfpDouble, *, is_instant: bool = True) -> None:
        self.double = double
        self._real_seconds = 0.0 if is_instant else 0.05
        self.api = FakeApiServer()
        self.clock = JumpingClock()
        self.metrics = Metrics()
        self.notices = Notices()
        self.store = double.bucket.below(f"world-{uuid4().hex}")
        self.kfp = KfpApi(double.url, read_seconds=0.5)
        self.metadata = MlmdReader(double.mlmd_address)
        self.namespace = "kubeflow"

    def tools(self, **replaced: Any) -> Tools:
        """Return what a new controller would work with."""
        api = replaced.pop("kfp", self.kfp)
        backend = KfpBackend(
            api, self.metadata, lambda _: DoublePods(self.double), namespace=self.namespace
        )
        parts: dict[str, Any] = {
            "api": self.api,
            "backend": backend,
            "open_store": self.store.below,
            "proposals": DirectProposals(),
            "clock": self.clock,
            "metrics": self.metrics,
            "recorder": self.notices,
            **replaced,
        }
        return Tools(**parts)

    def apply(self, document: Mapping[str, Any]) -> str:
        """Make a resource, and return its path."""
        made = self.api.create(COLLECTION, document)
        return f"{COLLECTION}/{made['metadata']['name']}"

    def resource(self, path: str) -> Resource:
        return read_resource(self.api.get(path))

    def status(self, path: str) -> Mapping[str, Any]:
        return self.resource(path).status

    def condition(self, path: str, kind: str) -> tuple[str, str]:
        """Return status and reason of a condition."""
        found = {c["type"]: c for c in self.status(path).get("conditions", ())}
        return (found[kind]["status"], found[kind]["reason"]) if kind in found else ("", "")

    def step(self, reconciler: Reconciler, path: str) -> float | None:
        """Let a controller reconcile once; time passes as it asks for."""
        pause = reconciler.reconcile(self.resource(path))
        self.clock.sleep(pause or 0.0)
        # Stages that are really executed take their time.
        time.sleep(min(pause or 0.0, self._real_seconds))
        return pause

    def run(self, path: str, reconciler: Reconciler | None = None) -> None:
        """Let a controller reconcile until it has nothing more to do."""
        reconciler = reconciler or Reconciler(self.tools())
        for _ in range(_MOST_ROUNDS):
            if self.step(reconciler, path) is None:
                return
        message = "it never comes to rest"
        raise AssertionError(message)

    def trials(self, path: str) -> list[tuple[Any, ...]]:
        """Return what the ledger says of the trials, without times and names."""
        store = self.store.below(f"{NAMESPACE}/experiments/{self.resource(path).folder}")
        return [
            (
                trial.number,
                trial.configuration,
                trial.state,
                trial.objective,
                [(r.stage, r.outcome, round(r.seconds, 3)) for r in trial.stages],
            )
            for trial, _ in ObjectLedger(store).load()
        ]

    def repeated(self, path: str) -> dict[Any, int]:
        """Return the stages that trials have executed more than once with the same values."""
        order = ("rows", "rate", "threshold")
        depth = {"prepare": 1, "train": 2, "evaluate": 3}
        counted = Counter(
            (stage, trial[1].restricted_to(order[: depth[stage]]).canonical)
            for trial in self.trials(path)
            for stage, outcome, _ in trial[4]
            if outcome is StageOutcome.EXECUTED
        )
        return {key: count for key, count in counted.items() if count > 1}


def instant_double() -> KfpDouble:
    """Return a backend whose runs are over at once, and whose stages take a second each."""
    return KfpDouble(instant=InstantStages())
