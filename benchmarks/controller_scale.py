"""The controller at scale: many trials in one experiment, and many experiments side by side.

Stages are over at once, so that all time is bookkeeping: suggestions, ledger, submits, run
metadata, cache entries and status. Kubeflow Pipelines is the double of the tests in a process of
its own, on the same cores; the store is the MinIO that MINIO_ENDPOINT, MINIO_ACCESS_KEY and
MINIO_SECRET_KEY name; the API server is in memory.

    python -m benchmarks.controller_scale --trials 1000
    python -m benchmarks.controller_scale --experiments 50 --trials 20
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import multiprocessing
import os
import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from eeipu_kfp.cache.minio_store import MinioStore
from eeipu_kfp.controller.events import Notice
from eeipu_kfp.controller.metrics import Metrics
from eeipu_kfp.controller.opening import Tools
from eeipu_kfp.controller.pipelines import KfpBackend
from eeipu_kfp.controller.proposals import ProposalPool
from eeipu_kfp.controller.resource import Resource
from eeipu_kfp.controller.supervisor import Supervisor
from eeipu_kfp.core.ports import ObjectStore
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.mlmd import MlmdReader
from eeipu_kfp.tuning.clock import SystemClock
from tests.cluster_world import COLLECTION, experiment
from tests.fake_api_server import FakeApiServer
from tests.kfp_double.double import KfpDouble
from tests.kfp_double.instant import InstantStages

_WORKERS = 2
_THREADS = 32
_LOOK_SECONDS = 1.0


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=1)
    parser.add_argument("--trials", type=int, default=1000, help="trials of each experiment")
    parser.add_argument("--parallel", type=int, default=1, help="trials at once in each")
    parser.add_argument("--algorithm", default="random")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    with _double() as (url, mlmd_address):
        asyncio.run(_measure(asked, url, mlmd_address))


async def _measure(asked: argparse.Namespace, url: str, mlmd_address: str) -> None:
    api = FakeApiServer()
    with _tools(api, url, mlmd_address) as tools:
        supervisor = Supervisor(tools, may_act=lambda: True, threads=_THREADS)
        paths = [_apply(api, f"e{number:03d}", asked) for number in range(asked.experiments)]
        began = time.perf_counter()
        for path in paths:
            supervisor.see(api.get(path))
        rows = []
        while not all(_is_over(api, path) for path in paths):
            await asyncio.sleep(_LOOK_SECONDS)
            counts = [_ended(api, path) for path in paths]
            rows.append((time.perf_counter() - began, sum(counts), min(counts), _memory_mib()))
        await supervisor.close()
    _print(asked, rows, max(len(json.dumps(api.get(path))) for path in paths), api.patches)


def _print(asked: argparse.Namespace, rows: list[Any], size: int, patches: int) -> None:
    print(f"{'s':>6} {'trials':>7} {'least':>6} {'MiB':>6}")
    for at in range(1, 11):
        seconds, total, least, memory = rows[max(0, at * len(rows) // 10 - 1)]
        print(f"{seconds:6.1f} {total:7d} {least:6d} {memory:6.0f}")
    seconds = rows[-1][0]
    total = asked.experiments * asked.trials
    own_seconds = time.process_time()
    print(
        f"{asked.experiments} experiments, {total} trials: {seconds:.1f} s, "
        f"{total / seconds:.1f} trials/s, {1000 * own_seconds / total:.0f} ms of own CPU "
        f"a trial; largest resource {size / 1000:.1f} kB, "
        f"{patches / seconds:.1f} status patches/s"
    )


class Untold:
    """Takes notices, and keeps none."""

    def tell(self, resource: Resource, notice: Notice) -> None:
        """Do nothing."""


class NoPods:
    """The pods of runs that are over are gone."""

    def pods(self, run_id: str) -> tuple[Mapping[str, Any], ...]:
        """Return none."""
        del run_id
        return ()

    def log(self, pod: str) -> str:
        """Return nothing."""
        del pod
        return ""


@contextmanager
def _tools(api: FakeApiServer, url: str, mlmd_address: str) -> Iterator[Tools]:
    pool = ProposalPool(_WORKERS)
    metadata = MlmdReader(mlmd_address)
    yield Tools(
        api=api,
        backend=KfpBackend(KfpApi(url), metadata, lambda _: NoPods(), namespace="kubeflow"),
        open_store=lambda folder: _minio(f"scale-{os.getpid()}/{folder}"),
        proposals=pool,
        clock=SystemClock(),
        metrics=Metrics(),
        recorder=Untold(),
    )
    metadata.close()
    pool.close()


@contextmanager
def _double() -> Iterator[tuple[str, str]]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,))
    process.start()
    yield here.recv()
    here.send("done")
    process.join()


def _serve(pipe: Connection) -> None:
    with KfpDouble(store=_minio(""), instant=InstantStages()) as double:
        pipe.send((double.url, double.mlmd_address))
        pipe.recv()


def _apply(api: FakeApiServer, name: str, asked: argparse.Namespace) -> str:
    document = experiment(
        name,
        maxTrials=asked.trials,
        parallelTrials=asked.parallel,
        budget={"seconds": 1_000_000_000},
        algorithm={"name": asked.algorithm, "seed": int(name[1:])},
    )
    document["spec"]["parameters"][0]["searchSpace"] = {"uniform": {"min": "1", "max": "50"}}
    api.create(COLLECTION, document)
    return f"{COLLECTION}/{name}"


def _minio(prefix: str) -> ObjectStore:
    return MinioStore(
        endpoint=os.environ["MINIO_ENDPOINT"].removeprefix("http://"),
        bucket=os.environ.get("MINIO_BUCKET", "mlpipeline"),
        prefix=prefix,
        access_key=os.environ["MINIO_ACCESS_KEY"],
        secret_key=os.environ["MINIO_SECRET_KEY"],
        secure=False,
    )


def _ended(api: FakeApiServer, path: str) -> int:
    return int((api.get(path).get("status") or {}).get("trials", {}).get("succeeded", 0))


def _is_over(api: FakeApiServer, path: str) -> bool:
    return "completionTime" in (api.get(path).get("status") or {})


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
