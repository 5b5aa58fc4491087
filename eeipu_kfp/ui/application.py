"""The page's addresses: what may be read, and under which headers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from aiohttp import web

from eeipu_kfp.errors import EeipuError, InvalidValueError
from eeipu_kfp.ui.assets import Asset, assets
from eeipu_kfp.ui.snapshot import UnknownExperimentError
from eeipu_kfp.ui.source import Source
from eeipu_kfp.ui.table import read_question

_READERS = 4
_logger = logging.getLogger(__name__)

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    # Drawings carry their smallest width as a style attribute; nothing else is inline.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""What every answer carries, so that nothing foreign runs in the page, or reads along."""


class Application:
    """Serves the page of a source, and answers from threads of its own."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="page")

    def make(self, *, hosts: Collection[str] = ()) -> web.Application:
        """Return the application with all routes; none of them changes anything.

        Args:
            hosts: The names that it answers to; empty for all. A page of elsewhere whose name was
                made to mean this machine is refused with them.
        """
        application = web.Application(
            middlewares=[_headed, _answering_to(hosts), explained(_FAULT, _LOOK)]
        )
        application.add_routes(
            [
                *(web.get(f"/{name}", _serve(found)) for name, found in assets().items()),
                web.get("/data/experiments", self._experiments),
                web.get("/data/experiments/{key}", self._experiment),
                web.get("/data/experiments/{key}/trials", self._trials),
            ]
        )
        application.on_cleanup.append(self._close)
        return application

    async def _close(self, application: web.Application) -> None:
        del application
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _experiments(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._source.experiments)

    async def _experiment(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._source.experiment, request.match_info["key"])

    async def _trials(self, request: web.Request) -> web.Response:
        question = read_question(request.query)
        key = request.match_info["key"]
        return await self._answered(request, self._source.trials, key, question)

    async def _answered(
        self, request: web.Request, ask: Callable[..., Any], *arguments: Any
    ) -> web.Response:
        def work() -> bytes:
            return json.dumps(ask(*arguments), separators=(",", ":")).encode()

        body = await asyncio.get_running_loop().run_in_executor(self._threads, work)
        return tagged(request, body, "application/json")


def tagged(request: web.Request, body: bytes, content_type: str) -> web.Response:
    """Return an answer that is sent only where the asker does not hold this very one."""
    etag = hashlib.sha256(body).hexdigest()[:32]
    if any(held.value == etag for held in request.if_none_match or ()):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": f'"{etag}"'})
    response = web.Response(body=body, content_type=content_type, charset="utf-8")
    response.etag = etag
    response.enable_compression()
    return response


def _serve(asset: Asset) -> _Handler:
    async def serve(request: web.Request) -> web.Response:
        return tagged(request, asset.body, asset.content_type)

    return serve


@web.middleware
async def _headed(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    response.headers.update(HEADERS)
    return response


def _answering_to(hosts: Collection[str]) -> Callable[..., Awaitable[web.StreamResponse]]:
    @web.middleware
    async def check(request: web.Request, handler: _Handler) -> web.StreamResponse:
        if hosts and (request.url.host or "") not in hosts:
            message = f"this page answers to {', '.join(hosts)}, not to {request.host}"
            return _refused(message, "open the address that `eeipu ui` prints", _WRONG_HOST)
        return await handler(request)

    return check


_FAULT = "the server of this page has met a fault of its own"
_LOOK = "see what it has printed"
_WRONG_HOST = HTTPStatus.MISDIRECTED_REQUEST


def explained(fault: str, hint: str) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return what answers an error in the product's own words, as a document.

    Args:
        fault: What is said of an error that nobody has foreseen; its details go to the log.
        hint: What to do then.
    """

    @web.middleware
    async def explain(request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except EeipuError as error:
            return _refused(error.message, error.hint, _status(error))
        except web.HTTPException:
            raise
        except Exception:
            _logger.exception("a question could not be answered", extra={"path": request.path})
            return _refused(fault, hint, HTTPStatus.INTERNAL_SERVER_ERROR)

    return explain


def _refused(message: str, hint: str, status: HTTPStatus) -> web.Response:
    return web.json_response({"message": message, "hint": hint}, status=status)


def _status(error: EeipuError) -> HTTPStatus:
    if isinstance(error, UnknownExperimentError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, InvalidValueError):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.SERVICE_UNAVAILABLE if error.retryable else HTTPStatus.CONFLICT
