"""The API over HTTP, with faults; and the metadata over gRPC."""

from __future__ import annotations

import json
import re
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import grpc

from tests.kfp_double.faults import METADATA, Faults, Kind
from tests.kfp_double.messages import message_class
from tests.kfp_double.metadata import MetadataStore
from tests.kfp_double.refusals import RefusalError, broken, not_found
from tests.kfp_double.service import Request

Answer = Callable[[str, Request], Mapping[str, Any]]
"""Answers a route."""

_BASE = "/apis/v2beta1"
_ROUTES = {
    "get_health": ("GET", f"{_BASE}/healthz"),
    "create_experiment": ("POST", f"{_BASE}/experiments"),
    "list_experiments": ("GET", f"{_BASE}/experiments"),
    "get_experiment": ("GET", f"{_BASE}/experiments/{{experiment}}"),
    "create_run": ("POST", f"{_BASE}/runs"),
    "list_runs": ("GET", f"{_BASE}/runs"),
    "get_run": ("GET", f"{_BASE}/runs/{{run}}"),
    "terminate_run": ("POST", f"{_BASE}/runs/{{run}}:terminate"),
    "delete_run": ("DELETE", f"{_BASE}/runs/{{run}}"),
    "create_pipeline": ("POST", f"{_BASE}/pipelines"),
    "list_pipelines": ("GET", f"{_BASE}/pipelines"),
    "get_pipeline_by_name": ("GET", f"{_BASE}/pipelines/names/{{pipeline}}"),
    "get_pipeline": ("GET", f"{_BASE}/pipelines/{{pipeline}}"),
    "list_versions": ("GET", f"{_BASE}/pipelines/{{pipeline}}/versions"),
    "get_version": ("GET", f"{_BASE}/pipelines/{{pipeline}}/versions/{{version}}"),
    "upload_pipeline": ("POST", f"{_BASE}/pipelines/upload"),
    "upload_version": ("POST", f"{_BASE}/pipelines/upload_version"),
    "give_order": ("POST", "/double/faults"),
}
_PATTERNS = {
    route: (method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/:]+)", path)))
    for route, (method, path) in _ROUTES.items()
}
_METHODS = (
    "GetContextByTypeAndName",
    "GetExecutionsByContext",
    "GetEventsByExecutionIDs",
    "GetArtifactsByContext",
)
_SERVICE = "ml_metadata.MetadataStoreService"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class ApiServer:
    """Serves the API on a port until it is closed; it may be away for a while in between."""

    def __init__(self, answer: Answer, faults: Faults, *, host: str, port: int) -> None:
        """Take the port; 0 for any that is free."""

        class Handler(_Handler):
            pass

        Handler.answer, Handler.faults = staticmethod(answer), faults
        self._handler = Handler
        self._server = _Server((host, port), Handler)
        self.host, self.port = host, self._server.server_address[1]
        self._coming_back: threading.Timer | None = None
        self._serve()

    def close(self) -> None:
        """Answer no more."""
        if self._coming_back is not None:
            self._coming_back.cancel()
        self._handler.is_away = True
        self._server.shutdown()
        self._server.server_close()

    def leave(self, seconds: float) -> None:
        """Refuse connections, those that are open included, for a while."""
        self.close()
        self._coming_back = threading.Timer(seconds, self._return)
        self._coming_back.start()

    def _return(self) -> None:
        self._handler.is_away = False
        self._server = _Server((self.host, self.port), self._handler)
        self._serve()

    def _serve(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    answer: Answer
    faults: Faults
    is_away = False

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            document = None if self.is_away else self._document(content)
        except RefusalError as refusal:
            self._write(refusal.status, refusal.document)
            return
        except Exception:  # noqa: BLE001  # a server answers whatever happens
            traceback.print_exc()
            self._write(500, broken(500).document)
            return
        if document is None:
            self.close_connection = True
        else:
            self._write(200, document)

    def _document(self, content: bytes) -> Mapping[str, Any] | None:
        """Return the answer; None where the connection is closed without one."""
        route, names = _routed(self.command, urlsplit(self.path).path)
        fault = self.faults.take(route)
        if fault is not None and fault.kind is Kind.REFUSE:
            raise broken(fault.status)
        if fault is not None and fault.kind is Kind.HANG:
            time.sleep(fault.seconds)
            return None
        document = self.answer(route, self._request(names, content))
        return document if fault is None else None

    def _request(self, names: Mapping[str, str], content: bytes) -> Request:
        query = dict(parse_qsl(urlsplit(self.path).query))
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/"):
            return Request(names=names, query=query, body={"kind": kind, "content": content})
        try:
            return Request(names=names, query=query, body=json.loads(content) if content else {})
        except ValueError as error:
            raise RefusalError(400, 3, f"proto: syntax error: {error}") from None

    def _write(self, status: int, document: Mapping[str, Any]) -> None:
        text = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def _routed(method: str, path: str) -> tuple[str, Mapping[str, str]]:
    for route, (wanted, pattern) in _PATTERNS.items():
        match = pattern.fullmatch(path)
        if method == wanted and match:
            return route, {name: unquote(value) for name, value in match.groupdict().items()}
    raise not_found(kind="Path", name=path)


class MetadataServer:
    """Serves the metadata by gRPC on a port until it is closed."""

    def __init__(self, store: MetadataStore, faults: Faults, *, host: str, port: int) -> None:
        """Take the port; 0 for any that is free."""
        self._store = store
        self._faults = faults
        self._server = grpc.server(ThreadPoolExecutor(max_workers=8))
        handlers = {name: self._handler(name) for name in _METHODS}
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(_SERVICE, handlers),)
        )
        self.port = self._server.add_insecure_port(f"{host}:{port}")
        self._server.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.stop(None).wait()

    def _handler(self, name: str) -> Any:
        def answer(request: Any, context: Any) -> Any:
            fault = self._faults.take(METADATA)
            if fault is not None and fault.kind is Kind.HANG:
                time.sleep(fault.seconds)
            elif fault is not None:
                context.abort(grpc.StatusCode.UNAVAILABLE, "the metadata store is away")
            return self._store.answer(name, request)

        return grpc.unary_unary_rpc_method_handler(
            answer,
            request_deserializer=message_class(f"{name}Request").FromString,
            response_serializer=lambda found: found.SerializeToString(),
        )
