"""What the command line asks of a controller, and what the controller's server understands."""

import asyncio
import threading

import pytest
import yaml

from eeipu_kfp.cluster.connection import connect
from eeipu_kfp.cluster.refusals import ClusterError, MissingError
from eeipu_kfp.cluster.service import Controller
from eeipu_kfp.controller.metrics import Metrics
from eeipu_kfp.controller.server import Server
from eeipu_kfp.errors import InvalidValueError, LedgerError
from eeipu_kfp.ui.snapshot import UnknownExperimentError
from eeipu_kfp.ui.table import Question


class Echo:
    """Readings that answer with the question; an experiment's name may ask for an error."""

    def __getattr__(self, question):
        def answer(*arguments):
            error = ERRORS.get(arguments[1]) if len(arguments) > 1 else None
            if error is not None:
                raise error
            return ANSWERS[question](question, *arguments)

        return answer


ASKED = Question(sort="stage:train", descending=False, filter="a>1 & b", page=2)
ERRORS = {
    "unknown": UnknownExperimentError("nobody of that name", hint="look"),
    "senseless": InvalidValueError("no such stage", hint="choose"),
    "foreign": LedgerError("trials of another", hint="rename"),
    "broken": RuntimeError("boom"),
}
ANSWERS = {
    "experiments": lambda *asked: [{"asked": asked}],
    "experiment": lambda *asked: {"asked": asked},
    "trials": lambda *asked: {"asked": [*asked[:-1], asked[-1].query]},
    "result": lambda *asked: {"asked": asked},
    "report": lambda *asked: repr(asked),
    "log": lambda *asked: repr(asked),
    "why": lambda *asked: repr(asked),
    "entries": lambda *asked: [{"asked": asked}],
    "entry": lambda *asked: {"asked": asked},
    "collect": lambda *asked: {"asked": asked},
}


@pytest.fixture(scope="module")
def address():
    """The address of a controller's server."""
    from aiohttp import web

    loop, started = asyncio.new_event_loop(), threading.Event()
    server = Server(Echo(), Metrics(), is_ready=lambda: True, browser=Echo())
    found = []

    async def serve():
        runner = web.AppRunner(server.application())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        found.extend([runner, f"http://{runner.addresses[0][0]}:{runner.addresses[0][1]}"])
        started.set()

    def work():
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert started.wait(30)
    yield found[1]
    asyncio.run_coroutine_threadsafe(found[0].cleanup(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def controller(address, tmp_path):
    """The client of that server, as if it lay behind the proxy of an API server."""
    config = {
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": address}}],
        "users": [{"name": "ann", "user": {}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "ann"}}],
    }
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    return Controller(connect(None, {"KUBECONFIG": str(file)}), "", "team")


@pytest.mark.parametrize(
    ("ask", "understood"),
    [
        (lambda c: c.report("demo"), ("report", "team", "demo")),
        (lambda c: c.log("demo", 3), ("log", "team", "demo", 3, None)),
        (lambda c: c.log("demo", 3, "a b"), ("log", "team", "demo", 3, "a b")),
        (lambda c: c.why("demo", "train", None, ()), ("why", "team", "demo", "train", None, ())),
        (
            lambda c: c.why("demo", "train", 2, ("a=1&2", "b=x y")),
            ("why", "team", "demo", "train", 2, ("a=1&2", "b=x y")),
        ),
    ],
    ids=["report", "log", "log of a stage", "why", "why with changes"],
)
def test_a_question_is_understood_as_it_was_meant(controller, ask, understood):
    assert ask(controller) == repr(understood)


@pytest.mark.parametrize(
    ("ask", "understood"),
    [
        (lambda c: c.result("demo"), ["result", "team", "demo"]),
        (lambda c: c.experiments()[0], ["experiments", "team"]),
        (lambda c: c.page("demo"), ["experiment", "team", "demo"]),
        (lambda c: c.trials("demo", ASKED.query), ["trials", "team", "demo", ASKED.query]),
        (lambda c: c.entries()[0], ["entries", "team"]),
        (lambda c: c.entry("abc"), ["entry", "team", "abc"]),
        (lambda c: c.collect("10Gi"), ["collect", "team", "10Gi"]),
    ],
    ids=["result", "experiments", "page", "trials", "entries", "entry", "collect"],
)
def test_plain_data_come_back_as_they_were(controller, ask, understood):
    assert ask(controller)["asked"] == understood


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("unknown", MissingError, "nobody of that name; look"),
        ("senseless", ClusterError, "no such stage; choose"),
        ("foreign", ClusterError, "trials of another; rename"),
        ("broken", ClusterError, "the controller has met a fault of its own"),
    ],
)
def test_an_error_comes_back_with_its_words_and_its_remedy(controller, name, kind, said):
    with pytest.raises(kind, match=said):
        controller.result(name)
