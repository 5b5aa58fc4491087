from __future__ import annotations

import pytest

from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.runners.backend.logs import pod_lines, stored_lines, verdict

FAILED = """\
time=2026-11-24T01:11:01.773Z level=INFO msg="capturing logs" argo=true
I1124 01:11:01.816409      15 main.go:67] Setting log level to: '1'
[KFP Executor 2026-11-24 01:11:02,111 INFO]: Got executor_input:
{
    "inputs": {}
}
train begins
ValueError: no luck
E1124 01:11:02.760919 15 launcher_v2.go:449] Component failed to execute successfully: exit status 1
F1124 01:11:02.883087      15 main.go:59] failed to execute component: exit status 1
time=2026-11-24T01:11:03.775Z level=INFO msg="sub-process exited" argo=true error="exit status 1"
Error: exit status 1
"""
GOOD = """\
prepare begins
I1124 01:10:24.822211      15 launcher_v2.go:1230] ExecutorOutput: {
  "parameterValues": {
    "Output": 3
  }
}
I1124 01:10:24.872697      15 launcher_v2.go:206] publish success.
"""


def saying(reason: str) -> str:
    prefix = "E1124 01:11:02.760919      15 launcher_v2.go:449] "
    return f"{prefix}Component failed to execute successfully: {reason}\n"


def test_a_log_is_free_of_what_kfp_and_argo_add() -> None:
    assert pod_lines(FAILED) == ("train begins", "ValueError: no luck")
    assert pod_lines(GOOD) == ("prepare begins",)


def test_where_no_user_code_has_spoken_kfp_does() -> None:
    text = "I1124 01:11:01.8      15 main.go:67] go\nF1124 01:11:02.8      15 main.go:59] no MLMD\n"

    assert pod_lines(text) == ("no MLMD",)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        pytest.param("exit status 1", "exited with code 1", id="exits"),
        pytest.param("exit status 3", "exited with code 3", id="exits-otherwise"),
        pytest.param("signal: killed", "was killed by SIGKILL, often the kernel's", id="killed"),
        pytest.param("signal: segmentation fault (core dumped)", "by SIGSEGV", id="crashes"),
        pytest.param("signal: user defined signal 1", "failed in KFP's launcher: sig", id="odd"),
        pytest.param(
            'failed to unmarshall ExecutorOutput in file "/x.json": proto: syntax error (line '
            "1:526): invalid value NaN",
            "put out a NaN or an infinity, which Kubeflow Pipelines cannot take",
            id="not-a-number",
        ),
        pytest.param("no such bucket", "failed in KFP's launcher: no such bucket", id="upload"),
    ],
)
def test_the_launcher_says_how_a_component_ended(reason: str, words: str) -> None:
    assert words in verdict(saying(reason))


def test_a_log_without_a_failure_has_no_verdict() -> None:
    assert verdict(GOOD) == ""


class Bucket(MemoryStore):
    """A store that URIs of a bucket point into."""

    def uri(self, name: str) -> str:
        return f"minio://mlpipeline/eeipu/{name}"


def test_a_log_is_read_from_the_store() -> None:
    store = Bucket()
    store.put("runs/train/executor-logs-0", b"train begins\nValueError: no luck\n")

    found = stored_lines(store, "minio://mlpipeline/eeipu/runs/train/executor-logs-0")

    assert found == ("train begins", "ValueError: no luck")


@pytest.mark.parametrize(
    "uri", ["minio://mlpipeline/eeipu/runs/gone", "minio://other/runs/train", ""]
)
def test_a_log_that_is_not_in_the_store_has_no_lines(uri: str) -> None:
    assert stored_lines(Bucket(), uri) == ()
