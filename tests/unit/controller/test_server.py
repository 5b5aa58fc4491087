import asyncio
import json

import pytest
from aiohttp.test_utils import TestClient, TestServer

from eeipu_kfp.controller.server import Server
from eeipu_kfp.errors import InvalidValueError, LedgerError, StoreError
from eeipu_kfp.ui.snapshot import UnknownExperimentError
from eeipu_kfp.ui.table import Question


class Told:
    """Readings that answer with what they were asked."""

    def __getattr__(self, name):
        if name in {"report", "log", "why"}:
            return lambda *asked: f"{name} {asked}"
        return lambda *asked: [name, *asked]


class Failing:
    def __init__(self, error):
        self.error = error

    def result(self, namespace, name):
        raise self.error


class Shown:
    """What the page asks, answered with the question."""

    def __getattr__(self, name):
        return lambda *asked: [name, *(a.query if isinstance(a, Question) else a for a in asked)]

    def everything(self):
        return self


def ask(parts, path, *, readings=None, is_ready=True, method="GET", **page):
    """Return status and body of an answer."""

    async def main():
        server = Server(
            readings or Told(),
            parts.metrics,
            is_ready=lambda: is_ready,
            browser=Shown(),
            **page,
        )
        async with TestClient(TestServer(server.application())) as client:
            answer = await client.request(method, path, allow_redirects=False)
            return answer.status, await answer.text(), answer.content_type

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/namespaces/a/experiments/b/result", '["result", "a", "b"]'),
        ("/namespaces/a/experiments/b/export", '["export", "a", "b"]'),
        ("/namespaces/a/experiments/b/report", "report ('a', 'b')"),
        ("/namespaces/a/experiments/b/trials/3/log", "log ('a', 'b', 3, None)"),
        ("/namespaces/a/experiments/b/trials/3/log?stage=s", "log ('a', 'b', 3, 's')"),
        ("/namespaces/a/experiments/b/why?stage=s", "why ('a', 'b', 's', None, ())"),
        (
            "/namespaces/a/experiments/b/why?stage=s&trial=2&set=x=1&set=y=2",
            "why ('a', 'b', 's', 2, ('x=1', 'y=2'))",
        ),
        ("/namespaces/a/cache", '["entries", "a"]'),
        ("/namespaces/a/cache/abc", '["entry", "a", "abc"]'),
    ],
)
def test_questions_are_answered(parts, path, body):
    assert ask(parts, path)[:2] == (200, body)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/namespaces/a/experiments", ["experiments", "a"]),
        ("/namespaces/a/experiments/b/page", ["experiment", "a", "b"]),
        (
            "/namespaces/a/experiments/b/trials?sort=spent&page=2",
            ["trials", "a", "b", Question(sort="spent", page=2).query],
        ),
    ],
)
def test_what_a_page_elsewhere_shows_is_told_whether_the_page_is_served_here_or_not(
    parts, path, asked
):
    for has_page in (False, True):
        status, body, _ = ask(parts, path, has_page=has_page)
        assert (status, json.loads(body)) == (200, asked)


def test_the_page_is_served_only_where_it_was_asked_for(parts):
    assert ask(parts, "/ui/")[0] == ask(parts, "/ui/data/experiments")[0] == 404
    status, body, kind = ask(parts, "/ui/", has_page=True)
    assert (status, kind) == (200, "text/html")
    assert 'src="static/app.js"' in body
    assert json.loads(ask(parts, "/ui/data/experiments/a:b", has_page=True)[1])[1] == "a:b"
    assert ask(parts, "/ui", has_page=True)[0] == 302


def test_the_cache_is_tidied_by_a_post_alone(parts):
    path = "/namespaces/a/cache/collect?limit=1Gi"

    assert ask(parts, path, method="POST")[:2] == (200, '["collect", "a", "1Gi"]')


def test_a_report_is_a_page(parts):
    assert ask(parts, "/namespaces/a/experiments/b/report")[2] == "text/html"


def test_figures_are_served_to_prometheus(parts):
    parts.metrics.failed(("a", "b"), "Waiting")

    status, text, _ = ask(parts, "/metrics")

    assert status == 200
    assert "eeipu_reconcile_errors_total" in text


def test_it_is_ready_when_it_is_the_one_that_tunes(parts):
    assert ask(parts, "/readyz")[0] == 200
    assert ask(parts, "/readyz", is_ready=False)[0] == 503


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownExperimentError("not here", hint="look elsewhere"), 404),
        (InvalidValueError("not here", hint="look elsewhere"), 400),
        (StoreError("not here", hint="look elsewhere"), 503),
        (LedgerError("not here", hint="look elsewhere"), 409),
    ],
    ids=lambda found: type(found).__name__,
)
def test_an_error_is_told_with_its_remedy(parts, error, status):
    found = ask(parts, "/namespaces/a/experiments/b/result", readings=Failing(error))

    assert found[:2] == (status, '{"message": "not here", "hint": "look elsewhere"}')


def test_a_fault_of_its_own_is_no_secret_but_no_details_are_told(parts):
    readings = Failing(ZeroDivisionError("secret"))

    status, text, _ = ask(parts, "/namespaces/a/experiments/b/result", readings=readings)

    assert status == 500
    assert "secret" not in text


def test_a_trial_must_be_a_number(parts):
    status, text, _ = ask(parts, "/namespaces/a/experiments/b/trials/x/log")

    assert status == 400
    assert "is no trial's number" in text


def test_what_is_not_served_is_not_found(parts):
    assert ask(parts, "/nothing")[0] == 404
