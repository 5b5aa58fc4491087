from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.runners.backend.api import KfpApi
from tests.unit.runners.backend.recordings import recorded


class Backend:
    """Answers what it was told to, in order, and keeps what it was asked."""

    def __init__(self) -> None:
        backend = self
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = []
        self.tokens: list[str | None] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: found[0] for name, found in parse_qs(parts.query).items()}
                content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                path = parts.path.removeprefix("/apis/v2beta1/")
                kind = self.headers.get("Content-Type", "")
                is_form = kind.startswith("multipart/")
                body = (
                    {"kind": kind, "content": content} if is_form else json.loads(content or "{}")
                )
                backend.asked.append((self.command, path, query, body))
                backend.tokens.append(self.headers.get("Authorization"))
                status, answer = backend.answers.pop(0)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET  # noqa: N815  # as http.server names it

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def says(self, document: Any, status: int = 200) -> None:
        self.answers.append((status, json.dumps(document).encode()))

    def says_as_recorded(self, name: str) -> None:
        found = recorded("api", name)
        self.says(found["body"], found["status"])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def backend() -> Iterator[Backend]:
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture
def api(backend: Backend) -> KfpApi:
    return KfpApi(f"{backend.url}/", read_seconds=5.0)


def filtered(query: dict[str, str]) -> dict[str, str]:
    (predicate,) = json.loads(query["filter"])["predicates"]
    assert predicate["operation"] == "EQUALS"
    return {predicate["key"]: predicate["string_value"]}


def test_an_experiment_is_found_by_its_name(backend: Backend, api: KfpApi) -> None:
    backend.says_as_recorded("experiment_by_name")

    found = api.experiment_id("recorded")

    assert found == "8d11099e-6979-417a-93d3-e7df2d432875"
    ((method, path, query, _),) = backend.asked
    assert (method, path) == ("GET", "experiments")
    assert filtered(query) == {"display_name": "recorded"}
    assert "namespace" not in query


def test_an_experiment_is_made_where_there_is_none(backend: Backend, api: KfpApi) -> None:
    backend.says({})
    backend.says({"experiment_id": "e1"})

    assert api.experiment_id("new", namespace="team") == "e1"

    (_, _, query, _), (method, path, _, body) = backend.asked
    assert query["namespace"] == "team"
    assert (method, path, body) == (
        "POST",
        "experiments",
        {"display_name": "new", "namespace": "team"},
    )


def test_an_experiment_that_somebody_has_just_made_is_found(backend: Backend, api: KfpApi) -> None:
    backend.says({})
    backend.says_as_recorded("experiment_made_twice")
    backend.says_as_recorded("experiment_by_name")

    assert api.experiment_id("recorded").startswith("8d11099e")


def test_a_run_is_found_by_its_name_in_its_experiment(backend: Backend, api: KfpApi) -> None:
    backend.says_as_recorded("run_by_name")

    assert api.find_run("cut", experiment_id="e1") == "9487c724-1d1d-4ae2-86b6-49d582d97a4f"

    query = backend.asked[0][2]
    assert query["experiment_id"] == "e1"
    assert filtered(query) == {"display_name": "cut"}


def test_a_run_that_is_not_there_is_not_found(backend: Backend, api: KfpApi) -> None:
    backend.says_as_recorded("run_by_unknown_name")

    assert api.find_run("absent", experiment_id="e1") is None


def test_of_several_runs_of_one_name_the_first_is_meant(backend: Backend, api: KfpApi) -> None:
    later = {"run_id": "a", "created_at": "2026-11-24T00:00:02Z"}
    first = {"run_id": "b", "created_at": "2026-11-24T00:00:01Z"}
    backend.says({"runs": [later], "next_page_token": "more"})
    backend.says({"runs": [first]})

    assert api.find_run("one", experiment_id="e1") == "b"
    assert backend.asked[1][2]["page_token"] == "more"


def test_the_runs_that_go_on_are_listed(backend: Backend, api: KfpApi) -> None:
    states = {"r1": "RUNNING", "r2": "SUCCEEDED", "r3": "CANCELING", "r4": "FAILED"}
    backend.says({"experiments": [{"experiment_id": "e1"}]})
    backend.says({"runs": [{"run_id": r, "state": state} for r, state in states.items()]})

    assert api.active_runs("mine", namespace="team") == ("r1", "r3")
    assert backend.asked[0][2]["namespace"] == "team"
    assert backend.asked[1][2]["experiment_id"] == "e1"


def test_an_experiment_that_is_not_there_has_no_runs(backend: Backend, api: KfpApi) -> None:
    backend.says({})

    assert api.active_runs("mine") == ()


def test_an_experiment_that_comes_and_goes_may_be_there_later(
    backend: Backend, api: KfpApi
) -> None:
    backend.says({})
    backend.says_as_recorded("experiment_made_twice")
    backend.says({})

    with pytest.raises(RunnerUnavailableError, match="has and has not an experiment `mine`"):
        api.experiment_id("mine")


def test_a_run_is_made_as_it_is_asked_for(backend: Backend, api: KfpApi) -> None:
    backend.says({"run_id": "r1"})

    assert api.create_run({"display_name": "one"}) == "r1"
    assert backend.asked == [("POST", "runs", {}, {"display_name": "one"})]


def test_a_run_is_read_with_its_tasks_or_without(backend: Backend, api: KfpApi) -> None:
    backend.says({"run_id": "r1"})
    backend.says({"run_id": "r1"})

    api.run("r1")
    api.run("r1", with_tasks=True)

    assert [query for _, _, query, _ in backend.asked] == [{}, {"view": "FULL"}]


def test_an_unknown_run_is_none(backend: Backend, api: KfpApi) -> None:
    backend.says_as_recorded("unknown_run")

    assert api.run("absent") is None


def test_a_run_is_terminated(backend: Backend, api: KfpApi) -> None:
    backend.says({})

    api.terminate("r1")

    assert backend.asked == [("POST", "runs/r1:terminate", {}, {})]


def test_a_registered_pipeline_is_read_by_its_versions_name(backend: Backend, api: KfpApi) -> None:
    backend.says_as_recorded("pipeline_by_name")
    backend.says_as_recorded("pipeline_versions")

    document = api.registered_pipeline("three-stages", version="second")

    assert document.ir["pipelineInfo"]["name"] == "three-stages"
    assert set(document.tasks) == {"prepare", "train", "evaluate"}


def test_an_older_version_is_found_by_its_display_name(backend: Backend, api: KfpApi) -> None:
    backend.says({"pipeline_id": "p1"})
    versions = [{"display_name": n, "pipeline_spec": {"root": n}} for n in ("second", "first")]
    backend.says({"pipeline_versions": versions})

    assert api.registered_pipeline("p", version="first").ir == {"root": "first"}


def test_an_unknown_pipeline_is_named(backend: Backend, api: KfpApi) -> None:
    backend.says_as_recorded("unknown_pipeline")

    with pytest.raises(RunnerError, match="no pipeline `absent` is registered"):
        api.registered_pipeline("absent", version="first", namespace="team")


def test_an_unknown_version_is_named(backend: Backend, api: KfpApi) -> None:
    backend.says({"pipeline_id": "p1"})
    backend.says_as_recorded("pipeline_version_by_unknown_name")

    with pytest.raises(RunnerError, match="pipeline `p` has no version `third`"):
        api.registered_pipeline("p", version="third")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_backend_in_trouble_may_answer_later(backend: Backend, api: KfpApi, status: int) -> None:
    backend.says({"message": "busy"}, status)

    with pytest.raises(RunnerUnavailableError, match=f"answers {status} to `runs`: busy"):
        api.create_run({})


def test_a_refusal_says_why_without_a_stack_trace(backend: Backend, api: KfpApi) -> None:
    backend.says_as_recorded("run_with_wrong_type")

    with pytest.raises(RunnerError, match="rows requires type double or integer") as caught:
        api.create_run({})

    assert not caught.value.retryable
    assert "github.com" not in str(caught.value)


@pytest.mark.parametrize(
    ("recording", "reason"),
    [
        ("run_of_no_pipeline", "pipeline spec is invalid"),
        ("run_of_broken_pipeline", 'unknown producer task "nobody" in DAG'),
    ],
)
def test_a_pipeline_that_can_never_run_is_not_tried_again(
    backend: Backend, api: KfpApi, recording: str, reason: str
) -> None:
    backend.says_as_recorded(recording)

    with pytest.raises(RunnerError, match=reason) as caught:
        api.create_run({})

    assert not caught.value.retryable
    assert "github.com" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_right_is_explained(backend: Backend, api: KfpApi, status: int) -> None:
    backend.says({"error": "no"}, status)

    with pytest.raises(RunnerError, match="let this service account use"):
        api.run("r1")


def test_what_is_no_kfp_is_told(backend: Backend, api: KfpApi) -> None:
    backend.answers.append((200, b"<html>hello</html>"))

    with pytest.raises(RunnerError, match="is not the API of Kubeflow Pipelines"):
        api.run("r1")


def test_a_refusal_that_is_no_json_is_still_told(backend: Backend, api: KfpApi) -> None:
    backend.answers.append((400, b"bad gateway"))
    backend.answers.append((400, b"[]"))

    for _ in range(2):
        with pytest.raises(RunnerError, match=r"answers 400 to `runs`$"):
            api.create_run({})


def test_a_backend_that_is_away_may_come_back(backend: Backend) -> None:
    backend.close()

    with pytest.raises(RunnerUnavailableError, match=r"`: \[Errno 111\] Connection refused; "):
        KfpApi(backend.url).run("r1")


def test_a_submit_is_never_repeated(backend: Backend) -> None:
    with pytest.raises(RunnerUnavailableError):
        KfpApi(backend.url).create_run({})  # the answer is lost, for there is none to give

    assert len(backend.asked) == 1


def test_the_token_is_read_anew_for_each_call(backend: Backend, tmp_path: Path) -> None:
    path = tmp_path / "token"
    api = KfpApi(backend.url, token_path=path)
    for token in ("first", "second\n"):
        path.write_text(token)
        backend.says({})
        api.run("r1")

    assert backend.tokens == ["Bearer first", "Bearer second"]


def test_a_missing_token_is_told(tmp_path: Path) -> None:
    api = KfpApi("http://127.0.0.1:1", token_path=tmp_path / "token")

    with pytest.raises(RunnerError, match="cannot read the token"):
        api.run("r1")


def test_a_pipeline_is_found_by_a_name_with_spaces_and_slashes(
    backend: Backend, api: KfpApi
) -> None:
    backend.says({"pipeline_id": "p1"})

    assert api.find_pipeline("my team/one") == {"pipeline_id": "p1"}

    ((_, path, _, _),) = backend.asked
    assert path == "pipelines/names/my%20team%2Fone"


def test_a_pipeline_that_is_not_there_is_none(backend: Backend, api: KfpApi) -> None:
    backend.says_as_recorded("unknown_pipeline")

    assert api.find_pipeline("absent") is None


def test_all_pipelines_and_all_versions_are_listed(backend: Backend, api: KfpApi) -> None:
    backend.says({"pipelines": [{"name": "a"}], "next_page_token": "x"})
    backend.says({"pipelines": [{"name": "b"}]})
    backend.says({"pipeline_versions": [{"name": "two"}, {"name": "one"}]})

    assert [found["name"] for found in api.pipelines(namespace="team")] == ["a", "b"]
    assert [found["name"] for found in api.pipeline_versions("p1")] == ["two", "one"]
    assert backend.asked[0][2]["namespace"] == "team"
    assert backend.asked[2][1:2] == ("pipelines/p1/versions",)
    assert backend.asked[2][2]["sort_by"] == "created_at desc"


def test_a_pipeline_is_made_unless_there_is_one_of_its_name(backend: Backend, api: KfpApi) -> None:
    about = {"name": "eeipu-tune", "display_name": "EEIPU tune"}
    backend.says({"pipeline_id": "p1", **about})
    backend.says({"message": "it exists"}, 409)

    assert api.create_pipeline(about) == {"pipeline_id": "p1", **about}
    assert api.create_pipeline(about) is None
    assert backend.asked[0] == ("POST", "pipelines", {}, about)


def test_a_version_is_uploaded_as_a_form_with_a_file(backend: Backend, api: KfpApi) -> None:
    backend.says({"pipeline_version_id": "v1"})
    backend.says({"error_message": "it exists"}, 409)
    about = {"name": "tune-1", "display_name": "1", "description": "a & b"}

    assert api.upload_version("root: {}", pipeline_id="p1", about=about) is not None
    assert api.upload_version("root: {}", pipeline_id="p1", about=about) is None

    method, path, query, body = backend.asked[0]
    assert (method, path) == ("POST", "pipelines/upload_version")
    assert query == {"pipelineid": "p1", **about}
    assert b'name="uploadfile"; filename="pipeline.yaml"' in body["content"]
    assert b"root: {}" in body["content"]
