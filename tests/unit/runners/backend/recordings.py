"""What a real backend was seen to tell, served again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format

from tests.kfp_double.messages import message_class

_FOLDER = Path(__file__).parents[3] / "recorded"
_ANSWERS = {
    "GetContextByTypeAndName": "context",
    "GetExecutionsByContext": "executions",
    "GetEventsByExecutionIDs": "events",
    "GetArtifactsByContext": "artifacts",
}


def recorded(case: str, name: str) -> Any:
    """Return a recorded document."""
    return json.loads((_FOLDER / case / f"{name}.json").read_text())


class RecordedPods:
    """Fulfils `PodReader` with the pods of a recording."""

    def __init__(self, case: str, name: str = "pods") -> None:
        self._pods: list[Mapping[str, Any]] = recorded(case, name)["items"]
        self._logs = _FOLDER / case / "logs"

    def pods(self, run_id: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._pods)

    def log(self, pod: str) -> str:
        found = next(each for each in self._pods if each["metadata"]["name"] == pod)
        node = found["metadata"]["annotations"]["workflows.argoproj.io/node-name"]
        stage = node.split(".")[2].removesuffix("(0)")
        path = self._logs / f"{stage}.txt"
        return path.read_text() if path.exists() else ""


Answer = Callable[[str], Any]
"""Returns the message that answers a method; may raise."""


def recorded_answer(case: str, *, suffix: str = "") -> Answer:
    """Return what answers with a recording."""

    def answer(method: str) -> Any:
        message = message_class(f"{method}Response")()
        name = _ANSWERS[method]
        name = f"{name}{suffix}" if name == "executions" else name
        return json_format.ParseDict(recorded(case, name), message, ignore_unknown_fields=True)

    return answer


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """Serve run metadata and yield the address."""

    class Handler(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            def call(request: bytes, context: Any) -> bytes:
                found = answer(details.method.rpartition("/")[2])
                if isinstance(found, grpc.StatusCode):
                    context.abort(found, "as the test wants it")
                return bytes(found.SerializeToString())

            return grpc.unary_unary_rpc_method_handler(call)

    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    server.add_generic_rpc_handlers((Handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()
