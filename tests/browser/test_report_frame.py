"""The report as the UI of Kubeflow Pipelines shows an HTML artifact, in a real browser.

That UI reads the artifact and sets it as `srcdoc` of a frame that may run scripts and nothing else
(2.17.0, frontend/src/components/viewers/HTMLViewer.tsx). Such a frame is of no origin, so whatever
the report would load, keep or ask its parent for is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from eeipu_kfp.local.opening import open_experiment
from eeipu_kfp.local.reporting import Reporter
from eeipu_kfp.report.page import SECTIONS
from tests.browser.pages import Screen
from tests.made_experiments import SAMPLE, make

pytestmark = pytest.mark.chromium

ENTER = "\ue007"

_VIEWER = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<title>Kubeflow Pipelines</title>
<h1>Kubeflow Pipelines</h1>
<iframe src="about:blank" sandbox="allow-scripts" style="width: 100%; height: 600px"></iframe>"""
# The browser keeps no record of what the script of a sandboxed frame complains of.
_EAR = """<script>
const complaints = [];
addEventListener("error", (it) => complaints.push(it.message ?? it.target.outerHTML), true);
document.addEventListener("securitypolicyviolation", (it) => complaints.push(it.blockedURI));
console.error = console.warn = (...words) => complaints.push(words.join(" "));
</script>"""
_SHOW = """
const [content, shown] = arguments, frame = document.querySelector("iframe");
frame.addEventListener("load", () => shown(), {once: true});
frame.srcdoc = content
"""
_LARGEST_PICTURES = """
const found = {};
for (const one of document.querySelectorAll("section svg")) {
  const {width, height} = one.getBoundingClientRect(), name = one.closest("section").id;
  const [before] = found[name] ?? [0];
  if (width > before) found[name] = [width, height, one.querySelectorAll("*").length];
}
return found
"""
_DRAWN = {"progress", "timeline", "costs", "importance", "coordinates", "prefixes"}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Leave the tests' output alone."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page of a run is served, with an empty frame for what its task has put out."""
    folder = tmp_path_factory.mktemp("viewer")
    (folder / "index.html").write_text(_VIEWER, encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def viewer(screen: Screen, address: str) -> Viewer:
    """The page of a run, opened."""
    screen.browser.get(address)
    return Viewer(screen)


class Viewer:
    """Shows HTML artifacts."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    @contextmanager
    def showing(self, content: str) -> Iterator[Screen]:
        """Show an artifact; what is asked of the screen meanwhile is asked in its frame.

        Something that it complains of fails the test.
        """
        browser = self.screen.browser
        browser.execute_async_script(_SHOW, content.replace("<head>", "<head>" + _EAR, 1))
        browser.switch_to.frame(browser.find_element("css selector", "iframe"))
        try:
            yield self.screen
            assert self.screen.run("return complaints") == []
        finally:
            browser.switch_to.default_content()


@pytest.fixture
def report(folder: Path) -> str:
    """The report of thirty trials, one in four of which has failed."""
    workspace, maker = make(folder, trials=30, failing=0.25)
    opened = open_experiment(SAMPLE, folder)
    reporter = Reporter(maker.experiment, maker.pipeline, to=workspace.report, clock=opened.clock)
    reporter.write(workspace.history(maker.experiment), None)
    return workspace.report.read_text(encoding="utf-8")


def test_all_of_it_is_seen_there(viewer, report):
    with viewer.showing(report) as screen:
        told = {name: screen.text(f"#{name}") for name in SECTIONS if name != "header"}
        pictures = screen.run(_LARGEST_PICTURES)
        headline = screen.text("header")

    assert "stacking" in headline
    assert "came from the cache" in headline
    assert [name for name, words in told.items() if not words] == []
    assert set(pictures) == _DRAWN
    for name, (width, height, marks) in pictures.items():
        assert width > 200, name
        assert height > 40, name
        assert marks > 10, name


def test_nothing_is_loaded_from_anywhere(viewer, report):
    with viewer.showing(report) as screen:
        loaded = screen.run("return performance.getEntriesByType('resource').map((e) => e.name)")
        links = screen.run("return [...document.querySelectorAll('[src], link')].length")

    assert loaded == []
    assert links == 0


def test_its_trials_can_be_sorted_there(viewer, report):
    numbers = "return [...document.querySelectorAll('tbody tr')].map((r) => +r.dataset.trial)"
    with viewer.showing(report) as screen:
        assert screen.run(numbers) == list(range(30, 0, -1))
        screen.run("document.querySelector('#trials th button').click()")

        assert screen.run(numbers) == list(range(1, 31))


def test_its_link_to_the_warnings_stays_inside_it(viewer, report):
    with viewer.showing(report) as screen:
        screen.focus(".concerns a")
        screen.press(ENTER)
        screen.until(lambda: screen.run("return scrollY") > 0)

        top = screen.run("return document.querySelector('#health').getBoundingClientRect().top")
        assert -1 <= top < screen.run("return innerHeight")
        assert "came from the cache" in screen.text("main")
