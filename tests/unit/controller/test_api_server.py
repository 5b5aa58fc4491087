import json
from types import SimpleNamespace

import pytest
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import MaxRetryError

from eeipu_kfp.controller.api_server import (
    ApiServerError,
    ConflictError,
    KubernetesApi,
    MissingResourceError,
    connect,
)


class Client:
    """Answers as it was told, and remembers what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def call_api(self, path, method, **parts):
        self.asked.append((method, path, parts))
        if isinstance(self.answer, Exception):
            raise self.answer
        return SimpleNamespace(data=json.dumps(self.answer)), 200, {}


def refused(status, message="no"):
    error = ApiException(status=status, reason="reason")
    error.body = json.dumps({"message": message})
    return Client(error)


def test_a_patch_is_a_merge_patch():
    client = Client({"kind": "X"})

    assert KubernetesApi(client).patch("/a", {"b": 1}) == {"kind": "X"}

    ((method, path, parts),) = client.asked
    assert (method, path, parts["body"]) == ("PATCH", "/a", {"b": 1})
    assert parts["header_params"]["Content-Type"] == "application/merge-patch+json"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, MissingResourceError),
        (409, ConflictError),
        (403, ApiServerError),
        (500, ApiServerError),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(status, kind):
    with pytest.raises(kind, match="not this one") as raised:
        KubernetesApi(refused(status, "not this one")).get("/a")

    assert str(status) in raised.value.message
    assert bool(raised.value.hint) == (status == 403)


def test_a_server_that_is_away_is_worth_another_try():
    client = Client(MaxRetryError(None, "/a", "refused"))

    with pytest.raises(ApiServerError, match="no answer") as raised:
        KubernetesApi(client).get("/a")

    assert raised.value.retryable


def test_deleting_what_is_gone_is_harmless():
    KubernetesApi(refused(404)).delete("/a")


def test_without_a_cluster_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(
        "kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "none")
    )

    with pytest.raises(ApiServerError, match="set KUBECONFIG"):
        connect()
