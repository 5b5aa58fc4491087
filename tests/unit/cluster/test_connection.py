import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from eeipu_kfp.cluster.connection import connect, connect_from_pod, read_json
from eeipu_kfp.cluster.refusals import ClusterError, ForbiddenError, UnavailableError


class Handler(BaseHTTPRequestHandler):
    """Answers with what it was asked; refuses what begins with /no."""

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        told = {
            "asked": [self.command, self.path, body],
            "token": self.headers.get("Authorization"),
            "content": self.headers.get("Content-Type"),
        }
        self.send_response(403 if self.path.startswith("/no") else 200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  # the base class looks for them

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def server():
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    found.server_close()
    thread.join()


@pytest.fixture
def environment(tmp_path, server):
    """An environment whose kubeconfig knows two contexts: `here` and `gone`, where nobody is."""
    config = {
        "current-context": "here",
        "clusters": [
            {"name": "here", "cluster": {"server": server}},
            {"name": "gone", "cluster": {"server": "http://127.0.0.1:1"}},
        ],
        "users": [{"name": "ann", "user": {"token": "secret"}}],
        "contexts": [
            {"name": "here", "context": {"cluster": "here", "user": "ann", "namespace": "team"}},
            {"name": "gone", "context": {"cluster": "gone", "user": "ann"}},
        ],
    }
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    return {"KUBECONFIG": str(file)}


def test_the_current_context_is_taken_with_its_namespace(environment):
    found = connect(None, environment)

    assert (found.context, found.namespace) == ("here", "team")


def test_another_context_can_be_named(environment):
    found = connect("gone", environment)

    assert (found.context, found.namespace) == ("gone", "default")


def test_an_unknown_context_is_an_error_that_names_the_known(environment):
    with pytest.raises(ClusterError) as caught:
        connect("elsewhere", environment)

    assert "`here`, `gone`" in caught.value.hint


def test_a_question_goes_out_with_credentials(environment):
    told = read_json(connect(None, environment).get("/version", {"a": "1 2", "b": ("x", "y")}))

    assert told["asked"] == ["GET", "/version?a=1+2&b=x&b=y", ""]
    assert told["token"] == "Bearer secret"


def test_applying_is_done_by_the_server_and_strictly(environment):
    told = read_json(connect(None, environment).apply("/thing", {"a": 1}, {"dryRun": "All"}))

    method, path, body = told["asked"]
    assert method == "PATCH"
    assert path == "/thing?fieldManager=eeipu&fieldValidation=Strict&dryRun=All"
    assert json.loads(body) == {"a": 1}
    assert told["content"] == "application/apply-patch+yaml"


def test_asking_for_a_deed_is_a_post(environment):
    assert read_json(connect(None, environment).post("/do"))["asked"][0] == "POST"


def test_deleting_is_a_delete(environment):
    connect(None, environment).delete("/thing")

    with pytest.raises(ForbiddenError):
        connect(None, environment).delete("/no")


@pytest.fixture
def account(tmp_path):
    """What Kubernetes mounts into a pod."""
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    (folder / "token").write_text("secret")
    (folder / "ca.crt").write_text("certificate")
    (folder / "namespace").write_text("team\n")
    return folder


POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}


def test_a_pod_finds_its_own_cluster_and_namespace(account):
    found = connect_from_pod(POD, account=account)

    assert (found.context, found.namespace) == ("in-cluster", "team")
    assert found._api.configuration.host == "https://10.0.0.1:443"
    assert found._api.configuration.api_key["authorization"] == "bearer secret"


@pytest.mark.parametrize("missing", ["token", "ca.crt", "namespace"])
def test_a_pod_without_an_account_is_told_what_to_change(account, missing):
    (account / missing).unlink()

    with pytest.raises(ClusterError, match="this pod cannot speak") as caught:
        connect_from_pod(POD, account=account)

    assert "automountServiceAccountToken" in caught.value.hint


def test_outside_of_a_pod_there_is_no_own_cluster(account):
    with pytest.raises(ClusterError, match="this pod cannot speak"):
        connect_from_pod({}, account=account)


def test_a_refusal_is_an_error(environment):
    with pytest.raises(ForbiddenError):
        connect(None, environment).get("/no")


def test_a_cluster_that_does_not_answer_is_an_error_that_names_its_context(environment):
    with pytest.raises(UnavailableError, match=r"no answer from http://127.0.0.1:1.*`gone`"):
        connect("gone", environment).get("/version")


@pytest.mark.parametrize("text", ["<html>", "[1]"])
def test_an_answer_that_is_no_document_is_an_error(text):
    with pytest.raises(ClusterError, match="the cluster answers with"):
        read_json(text)
