"""Somebody who uses the double, and reads all that it says of a run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import grpc

from tests.contracts.local_pipelines import compiled, whole
from tests.kfp_double.double import KfpDouble
from tests.kfp_double.messages import message, message_class

_numbers = count(1)


class Metadata:
    """All that the metadata say of a run."""

    def __init__(self, channel: grpc.Channel, run_id: str) -> None:
        self._channel = channel
        named = {"type_name": "system.PipelineRun", "context_name": run_id}
        self.context = self._ask("GetContextByTypeAndName", **named).context
        of_run = {"context_id": self.context.id}
        executions = self._ask("GetExecutionsByContext", **of_run).executions
        ids = [execution.id for execution in executions]
        self.events = list(self._ask("GetEventsByExecutionIDs", execution_ids=ids).events)
        artifacts = self._ask("GetArtifactsByContext", **of_run).artifacts
        self.artifacts = {artifact.id: artifact for artifact in artifacts}
        self.tasks = {each.custom_properties["task_name"].string_value: each for each in executions}

    def linked(self, task: str, kind: int) -> dict[str, Any]:
        """The artifacts that a task takes in or puts out, by name."""
        return {
            event.path.steps[0].key: self.artifacts[event.artifact_id]
            for event in self.events
            if (event.execution_id, event.type) == (self.tasks[task].id, kind)
        }

    def _ask(self, method: str, **fields: Any) -> Any:
        call = self._channel.unary_unary(
            f"/ml_metadata.MetadataStoreService/{method}",
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=message_class(f"{method}Response").FromString,
        )
        return call(message(f"{method}Request", **fields), timeout=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The double, and somebody who uses it."""

    double: KfpDouble
    experiment: str
    folder: Path
    patience_seconds: float = 60.0

    def ask(self, method: str, path: str, body: object = None, timeout: float = 10.0) -> Any:
        return ask(f"{self.double.url}/apis/v2beta1/{path}", method, body, timeout)

    def submission(self, pipeline: Mapping[str, Any], **arguments: Any) -> dict[str, Any]:
        return {
            "display_name": f"run-{next(_numbers)}",
            "experiment_id": self.experiment,
            "pipeline_spec": pipeline,
            "runtime_config": {
                "parameters": arguments,
                "pipeline_root": self.double.bucket.uri("runs"),
            },
        }

    def submit(self, **arguments: Any) -> str:
        given = {"journal": str(self.folder / "journal"), **arguments}
        run = self.ask("POST", "runs", self.submission(compiled(whole), **given))
        return str(run["run_id"])

    def ended(self, run_id: str) -> dict[str, Any]:
        return self.wait(lambda: self.run(run_id, "SUCCEEDED", "FAILED"))

    def run(self, run_id: str, *states: str) -> dict[str, Any]:
        """The run; nothing where it is in none of these states."""
        run: dict[str, Any] = self.ask("GET", f"runs/{run_id}")
        return run if run["state"] in states else {}

    def wait(self, found: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + self.patience_seconds
        while not (what := found()):
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.01)
        return what

    def metadata(self, run_id: str) -> Metadata:
        with grpc.insecure_channel(self.double.mlmd_address) as channel:
            return Metadata(channel, run_id)


def ask(url: str, method: str, body: object, timeout: float) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data=data, method=method), timeout=timeout) as answer:
        return json.loads(answer.read())


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[World]:
    with KfpDouble(**options) as double:
        url = f"{double.url}/apis/v2beta1/experiments"
        experiment = ask(url, "POST", {"display_name": "tuning"}, 10.0)["experiment_id"]
        yield World(double=double, experiment=experiment, folder=folder)
