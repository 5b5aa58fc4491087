import asyncio
import gzip
import json

import pytest
from aiohttp.test_utils import TestClient, TestServer

from eeipu_kfp.errors import InvalidValueError, LedgerError, StoreError
from eeipu_kfp.ui.application import HEADERS, Application
from eeipu_kfp.ui.assets import assets
from eeipu_kfp.ui.snapshot import UnknownExperimentError
from eeipu_kfp.ui.table import Question


class Echo:
    """Fulfils `Source` with the question, or with an error."""

    def __init__(self, error=None):
        self.error = error

    def experiments(self):
        return self._answer("experiments")

    def experiment(self, key):
        return self._answer("experiment", key)

    def trials(self, key, question):
        return self._answer("trials", key, question.query)

    def _answer(self, *asked):
        if self.error is not None:
            raise self.error
        return {"asked": asked}


def ask(path, *, source=None, method="GET", hosts=(), headers=None):
    """Return status, headers and body of an answer, as it was sent."""

    async def question():
        application = Application(source or Echo()).make(hosts=hosts)
        async with TestClient(TestServer(application), auto_decompress=False) as client:
            words = {"Accept-Encoding": "identity", **(headers or {})}
            response = await client.request(method, path, headers=words)
            return response.status, response.headers, await response.read()

    return asyncio.run(question())


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/data/experiments", ["experiments"]),
        ("/data/experiments/small", ["experiment", "small"]),
        ("/data/experiments/team%3Asmall", ["experiment", "team:small"]),
        ("/data/experiments/small/trials", ["trials", "small", Question().query]),
        (
            "/data/experiments/small/trials?sort=spent&order=ascending&filter=a%3E1+b&page=3",
            [
                "trials",
                "small",
                Question(sort="spent", descending=False, filter="a>1 b", page=3).query,
            ],
        ),
    ],
)
def test_a_question_reaches_the_source_as_it_was_meant(path, asked):
    status, headers, body = ask(path)

    assert (status, json.loads(body)["asked"]) == (200, asked)
    assert headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("name", assets())
def test_every_file_of_the_page_is_served(name):
    status, headers, body = ask(f"/{name}")

    assert (status, body) == (200, assets()[name].body)
    assert headers["Content-Type"].startswith(assets()[name].content_type)


@pytest.mark.parametrize(
    ("path", "error", "hosts", "status"),
    [
        ("/", None, (), 200),
        ("/data/experiments", None, (), 200),
        ("/nothing", None, (), 404),
        ("/data/experiments", StoreError("away"), (), 503),
        ("/", None, ("localhost",), 421),
    ],
)
def test_every_answer_keeps_foreign_pages_and_scripts_out(path, error, hosts, status):
    found, headers, _ = ask(path, source=Echo(error), hosts=hosts)

    assert found == status
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_the_policy_allows_no_script_but_the_page_s_own():
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"


def test_what_the_browser_holds_is_not_sent_again():
    _, headers, _ = ask("/data/experiments")

    status, _, body = ask("/data/experiments", headers={"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")
    assert ask("/data/experiments", headers={"If-None-Match": '"old"'})[0] == 200


def test_answers_are_packed_for_browsers_that_unpack_them():
    class Long(Echo):
        def experiments(self):
            return {"asked": "a" * 10_000}

    _, headers, body = ask("/data/experiments", source=Long(), headers={"Accept-Encoding": "gzip"})

    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 500
    assert json.loads(gzip.decompress(body)) == Long().experiments()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/data/experiments", "/data/experiments/small"])
def test_nothing_can_be_changed(method, path):
    assert ask(path, method=method)[0] == 405


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
def test_an_error_is_told_with_its_remedy(error, status):
    found, _, body = ask("/data/experiments/small", source=Echo(error))

    assert found == status
    assert json.loads(body) == {"message": "not here", "hint": "look elsewhere"}


def test_a_fault_of_its_own_is_no_secret_but_no_details_are_told():
    status, _, body = ask("/data/experiments", source=Echo(ZeroDivisionError("secret")))

    assert status == 500
    assert b"fault of its own" in body
    assert b"secret" not in body


def test_a_question_that_makes_no_sense_does_not_reach_the_source():
    status, _, body = ask("/data/experiments/small/trials?page=x", source=Echo(StoreError("away")))

    assert status == 400
    assert json.loads(body)["message"] == "page is `x`, but must be a number"


@pytest.mark.parametrize(
    ("host", "status"), [("localhost:8321", 200), ("127.0.0.1", 200), ("evil.example", 421)]
)
def test_on_this_machine_it_answers_to_no_foreign_name(host, status):
    found = ask("/data/experiments", hosts=("localhost", "127.0.0.1"), headers={"Host": host})

    assert found[0] == status
