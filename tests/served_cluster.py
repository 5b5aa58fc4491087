"""A cluster in this process that others reach by HTTP: its API server, and a controller at work."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from eeipu_kfp.controller.api_server import MissingResourceError
from eeipu_kfp.controller.readings import Readings
from eeipu_kfp.controller.reconciler import Reconciler
from eeipu_kfp.controller.resource import Resource
from eeipu_kfp.errors import EeipuError
from eeipu_kfp.tuning.clock import SystemClock
from tests.cluster_world import COLLECTION, NAMESPACE, World
from tests.fake_api_server import merged

_PROXY = f"/api/v1/namespaces/{NAMESPACE}/services/eeipu-kfp:http/proxy/namespaces/"
_PAUSE_SECONDS = 0.05


class ServedCluster:
    """Answers what clients of `TuningExperiment`s ask of an API server.

    Attributes:
        world: What is behind it.
        asked: The method and the path of every request, in order.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.asked: list[tuple[str, str]] = []
        self._tools = world.tools(clock=SystemClock())
        self._reconcilers: dict[str, Reconciler] = {}
        self._set_by: dict[tuple[str, str], Any] = {}
        self._lock = threading.RLock()
        self._is_over = threading.Event()
        self._readings = Readings(self._tools, self._find, lambda _: True)

    def experiments(self) -> dict[str, Any]:
        """All experiments, by name."""
        found = self.world.api.get(COLLECTION)["items"]
        return {item["metadata"]["name"]: item for item in found}

    def tune(self) -> None:
        """Be a controller until the end."""
        while not self._is_over.wait(_PAUSE_SECONDS):
            with self._lock:
                for name in self.experiments():
                    reconciler = self._reconcilers.setdefault(name, Reconciler(self._tools))
                    reconciler.reconcile(self.world.resource(f"{COLLECTION}/{name}"))

    def close(self) -> None:
        """Tune no more."""
        self._is_over.set()

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Any:
        """Return what is at a path, or what a request has made of it."""
        self.asked.append((method, path))
        if path == "/api/v1/services":
            return {"items": [{"metadata": {"name": "eeipu-kfp", "namespace": NAMESPACE}}]}
        if path.startswith(_PROXY):
            return self._told(*path.removeprefix(_PROXY).split("/"))
        with self._lock:
            if method == "PATCH":
                return self._apply(path, json.loads(body), query["fieldManager"])
            if method == "DELETE":
                self.world.api.get(path)
                self.world.api.delete(path)
                return {}
            return self.world.api.get(path)

    def _find(self, namespace: str, name: str) -> tuple[Resource, Reconciler] | None:
        path = f"{COLLECTION}/{name}"
        return self.world.resource(path), self._reconcilers[name]

    def _told(self, namespace: str, _experiments: str, name: str, question: str) -> Any:
        with self._lock:
            return getattr(self._readings, question)(namespace, name)

    def _apply(self, path: str, document: dict[str, Any], manager: str) -> Any:
        """Do as server-side apply does: what a manager no longer names goes."""
        before = self._set_by.get((path, manager), {})
        self._set_by[path, manager] = document
        try:
            self.world.api.get(path)
        except MissingResourceError:
            return self.world.api.create(path.rpartition("/")[0], document)
        return self.world.api.patch(path, merged(taken_back(before, document), document))


def taken_back(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the merge patch that takes away what only the earlier of two documents names."""
    gone: dict[str, Any] = {}
    for key, value in before.items():
        if key not in after:
            gone[key] = taken_back(value, {}) if isinstance(value, Mapping) else None
        elif isinstance(value, Mapping):
            gone[key] = taken_back(value, after[key])
    return gone


@contextmanager
def served_cluster(world: World, kubeconfig: Path) -> Iterator[ServedCluster]:
    """A cluster that a kubeconfig leads to."""
    cluster = ServedCluster(world)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(cluster.answer))
    server.daemon_threads = True
    kubeconfig.write_text(yaml.safe_dump(_config(server.server_port)))
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True),
        threading.Thread(target=cluster.tune, daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield cluster
    finally:
        cluster.close()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()


def _config(port: int) -> dict[str, Any]:
    context = {"cluster": "served", "user": "nobody", "namespace": NAMESPACE}
    return {
        "current-context": "served",
        "clusters": [{"name": "served", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "nobody", "user": {}}],
        "contexts": [{"name": "served", "context": context}],
    }


def _handler(answer: Callable[..., Any]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                found = answer(self.command, parts.path, dict(parse_qsl(parts.query)), body)
            except MissingResourceError as error:
                self._write(404, {"message": str(error)})
            except EeipuError as error:
                self._write(409, {"message": error.message, "hint": error.hint})
            else:
                self._write(200, found)

        do_PATCH = do_DELETE = do_GET  # noqa: N815  # the base class looks for them

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

        def _write(self, status: int, found: Any) -> None:
            self.send_response(status)
            self.end_headers()
            text = found if isinstance(found, str) else json.dumps(found)
            self.wfile.write(text.encode())

    return Handler
