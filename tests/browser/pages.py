"""The page, served from a thread, and what a browser shows of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web

from eeipu_kfp.ui.application import Application
from eeipu_kfp.ui.serving import hosts_of
from eeipu_kfp.ui.source import SnapshotSource, Source

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome

_PATIENCE_SECONDS = 60.0
HOST = "127.0.0.1"


def folder_source(folder: Path) -> Source:
    """Return what `eeipu ui` would show of a folder."""
    from eeipu_kfp.local.browsing import FolderSnapshots

    return SnapshotSource(FolderSnapshots(folder), monotonic=time.monotonic)


@contextmanager
def served(source: Source, *, port: int = 0) -> Iterator[str]:
    """Serve the page as `eeipu ui` does, and yield its address."""
    loop = asyncio.new_event_loop()

    async def begin() -> tuple[web.AppRunner, str]:
        application = Application(source).make(hosts=hosts_of(HOST))
        runner = web.AppRunner(application, handle_signals=False, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, HOST, port, reuse_address=True).start()
        return runner, f"http://{HOST}:{runner.addresses[0][1]}/"

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner, address = asyncio.run_coroutine_threadsafe(begin(), loop).result(_PATIENCE_SECONDS)
    try:
        yield address
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(_PATIENCE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Screen:
    """What a browser shows."""

    def __init__(self, browser: Chrome) -> None:
        self.browser = browser
        self._expected: list[str] = []

    def open(self, address: str) -> None:
        self.browser.get(address)
        self.until(lambda: self.text("#pulse") == "live")

    def resize(self, width: int, *, scheme: str = "light") -> None:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def expect(self, complaint: str) -> None:
        """Let the browser complain of something that the test brings about."""
        self._expected.append(complaint)

    def is_expected(self, complaint: str) -> bool:
        return any(part in complaint for part in self._expected)

    def run(self, script: str, *arguments: object) -> Any:
        return self.browser.execute_script(script, *arguments)

    def text(self, selector: str) -> str:
        """Return the text of the first element as people read it; empty where there is none."""
        return str(
            self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)
        )

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)"
        return list(self.run(script, selector))

    def column(self, name: str) -> list[str]:
        """Return the cells of a column of the table of trials."""
        return list(self.run(_COLUMN, name))

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        self.browser.switch_to.active_element.send_keys(*keys)

    def focus(self, selector: str) -> None:
        self.run("document.querySelector(arguments[0]).focus()", selector)

    @property
    def focused(self) -> str:
        """The text of the element in focus, or its id."""
        return str(self.run("const e = document.activeElement; return e.innerText || e.id"))

    def until(self, holds: Callable[[], Any]) -> None:
        """Wait until something holds."""
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.browser, _PATIENCE_SECONDS, poll_frequency=0.1).until(lambda _: holds())


_COLUMN = """
const heads = [...document.querySelectorAll("#trials thead tr:last-child th")];
const index = heads.findIndex((head) => head.innerText.trim() === arguments[0]);
const rows = [...document.querySelectorAll("#trials tbody tr[data-trial]")];
return rows.map((row) => row.cells[index].innerText.trim());
"""
