"""The controller's own HTTP server: metrics, readiness, and what people ask of experiments."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from aiohttp import web

from eeipu_kfp.controller.browsing import Browser
from eeipu_kfp.controller.metrics import Metrics
from eeipu_kfp.controller.readings import Readings
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.ui.application import Application, explained, tagged
from eeipu_kfp.ui.table import read_question

_READERS = 4
_PAGE = "ui/"  # relative, since a proxy may have put anything before it
_FAULT = "the controller has met a fault of its own"


class Server:
    """Serves readings from threads of its own, so that none holds up the tuning."""

    def __init__(
        self,
        readings: Readings,
        metrics: Metrics,
        *,
        is_ready: Callable[[], bool],
        browser: Browser,
        has_page: bool = False,
    ) -> None:
        """Serve nothing yet.

        Args:
            readings: Answers questions.
            metrics: Figures for Prometheus.
            is_ready: Whether this controller is at work.
            browser: Answers what the web page asks.
            has_page: Whether the page itself is served too, below `/ui/`.
        """
        self._browser = browser
        self._has_page = has_page
        self._readings = readings
        self._metrics = metrics
        self._is_ready = is_ready
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="read")

    def application(self) -> web.Application:
        """Return the application with all routes."""
        experiment = "/namespaces/{namespace}/experiments/{name}"
        application = web.Application(middlewares=[explained(_FAULT, "see its log")])
        application.add_routes(
            [
                web.get("/readyz", self._ready),
                web.get("/metrics", self._figures),
                web.get("/namespaces/{namespace}/experiments", self._experiments),
                web.get(f"{experiment}/page", self._page),
                web.get(f"{experiment}/trials", self._trials),
                web.get(f"{experiment}/result", self._result),
                web.get(f"{experiment}/report", self._report),
                web.get(f"{experiment}/export", self._export),
                web.get(f"{experiment}/trials/{{number}}/log", self._log),
                web.get(f"{experiment}/why", self._why),
                web.get("/namespaces/{namespace}/cache", self._entries),
                web.get("/namespaces/{namespace}/cache/{key}", self._entry),
                web.post("/namespaces/{namespace}/cache/collect", self._collect),
            ]
        )
        if self._has_page:
            application.add_routes([web.get("/ui", _to_the_page)])
            application.add_subapp("/ui/", Application(self._browser.everything()).make())
        return application

    async def _ready(self, request: web.Request) -> web.Response:
        del request
        if self._is_ready():
            return web.Response(text="ready\n")
        told = "waiting for the lease: another controller holds it\n"
        return web.Response(text=told, status=HTTPStatus.SERVICE_UNAVAILABLE)

    async def _figures(self, request: web.Request) -> web.Response:
        del request
        text = await self._in_thread(self._metrics.text)
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _experiments(self, request: web.Request) -> web.Response:
        namespace = request.match_info["namespace"]
        return await self._shown(request, self._browser.experiments, namespace)

    async def _page(self, request: web.Request) -> web.Response:
        return await self._shown(request, self._browser.experiment, *_place(request))

    async def _trials(self, request: web.Request) -> web.Response:
        question = read_question(request.query)
        return await self._shown(request, self._browser.trials, *_place(request), question)

    async def _shown(
        self, request: web.Request, ask: Callable[..., Any], *arguments: Any
    ) -> web.Response:
        body = json.dumps(await self._in_thread(ask, *arguments)).encode()
        return tagged(request, body, "application/json")

    async def _result(self, request: web.Request) -> web.Response:
        return web.json_response(await self._in_thread(self._readings.result, *_place(request)))

    async def _report(self, request: web.Request) -> web.Response:
        page = await self._in_thread(self._readings.report, *_place(request))
        return web.Response(text=page, content_type="text/html")

    async def _export(self, request: web.Request) -> web.Response:
        return web.json_response(await self._in_thread(self._readings.export, *_place(request)))

    async def _log(self, request: web.Request) -> web.Response:
        trial = _number(request.match_info["number"])
        stage = request.query.get("stage")
        text = await self._in_thread(self._readings.log, *_place(request), trial, stage)
        return web.Response(text=text)

    async def _why(self, request: web.Request) -> web.Response:
        stage = request.query.get("stage", "")
        trial = _number(request.query["trial"]) if "trial" in request.query else None
        changes = tuple(request.query.getall("set", ()))
        text = await self._in_thread(self._readings.why, *_place(request), stage, trial, changes)
        return web.Response(text=text)

    async def _entries(self, request: web.Request) -> web.Response:
        namespace = request.match_info["namespace"]
        return web.json_response(await self._in_thread(self._readings.entries, namespace))

    async def _entry(self, request: web.Request) -> web.Response:
        namespace, key = request.match_info["namespace"], request.match_info["key"]
        return web.json_response(await self._in_thread(self._readings.entry, namespace, key))

    async def _collect(self, request: web.Request) -> web.Response:
        namespace, limit = request.match_info["namespace"], request.query.get("limit", "")
        found = await self._in_thread(self._readings.collect, namespace, limit)
        return web.json_response(found)

    async def _in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)


async def serve(application: web.Application, *, port: int) -> web.AppRunner:
    """Serve an application on all addresses until the runner that is returned is cleaned up."""
    runner = web.AppRunner(application, handle_signals=False, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, port=port).start()
    return runner


async def _to_the_page(request: web.Request) -> web.Response:
    del request
    raise web.HTTPFound(_PAGE)


def _place(request: web.Request) -> tuple[str, str]:
    return request.match_info["namespace"], request.match_info["name"]


def _number(text: str) -> int:
    if not text.isdecimal():
        message = f"{json.dumps(text)} is no trial's number"
        raise InvalidValueError(message)
    return int(text)
