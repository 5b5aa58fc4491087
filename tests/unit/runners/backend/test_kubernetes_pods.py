from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import ReadTimeoutError

from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.runners.backend.kubernetes_pods import KubernetesPods
from tests.unit.runners.backend.recordings import recorded


class Core:
    """Stands for the API server."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.asked: dict[str, Any] = {}

    def list_namespaced_pod(self, namespace: str, **asked: Any) -> Any:
        return self._give({"namespace": namespace, **asked})

    def read_namespaced_pod_log(self, name: str, namespace: str, **asked: Any) -> Any:
        return self._give({"name": name, "namespace": namespace, **asked})

    def _give(self, asked: dict[str, Any]) -> Any:
        self.asked = asked
        if isinstance(self._answer, Exception):
            raise self._answer
        return SimpleNamespace(data=self._answer)


def reader(answer: Any) -> KubernetesPods:
    return KubernetesPods(Core(answer), namespace="kubeflow")


def test_the_pods_of_a_run_are_listed() -> None:
    core = Core(json.dumps(recorded("full", "pods")).encode())

    found = KubernetesPods(core, namespace="kubeflow").pods("42a7")

    assert len(found) == 7
    assert core.asked["namespace"] == "kubeflow"
    assert core.asked["label_selector"] == "pipeline/runid=42a7"
    assert core.asked["_request_timeout"] > 0


def test_the_end_of_the_users_log_is_read() -> None:
    core = Core(b"one\n\xfftwo\n")

    text = KubernetesPods(core, namespace="kubeflow").log("train-pod")

    assert text == "one\n\ufffdtwo\n"
    assert (core.asked["name"], core.asked["container"]) == ("train-pod", "main")


@pytest.mark.parametrize("status", [400, 404], ids=["not-begun", "gone"])
def test_a_pod_that_is_not_there_has_no_log(status: int) -> None:
    assert reader(ApiException(status=status, reason="Not Found")).log("train-pod") == ""


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_right_is_explained(status: int) -> None:
    with pytest.raises(RunnerError, match="allow this service account to get and list pods") as c:
        reader(ApiException(status=status, reason="Forbidden")).pods("42a7")

    assert not c.value.retryable


@pytest.mark.parametrize(
    "fault",
    [
        ApiException(status=500, reason="Internal"),
        ReadTimeoutError(None, "/", "timed out"),  # type: ignore[arg-type]  # no pool is needed
    ],
    ids=["fault", "timeout"],
)
def test_a_server_in_trouble_may_answer_later(fault: Exception) -> None:
    with pytest.raises(RunnerUnavailableError, match="the pods of namespace `kubeflow`"):
        reader(fault).pods("42a7")
