import pytest

from eeipu_kfp.errors import RunnerUnavailableError
from eeipu_kfp.launcher import registration
from eeipu_kfp.launcher.registration import Installation, Registration


@pytest.fixture
def registered(monkeypatch):
    """What was registered, and what becomes of it."""
    seen = []

    def register(api, installation, *, namespace):
        seen.append((api, installation, namespace))
        return Registration(version="0.1.0-abc", is_new=len(seen) == 1)

    monkeypatch.setattr(registration, "register", register)
    return seen


def test_the_pipeline_is_registered_for_the_cluster_that_is_described(call, registered):
    options = [
        *("--kfp-endpoint", "http://127.0.0.1:8888", "--kfp-url", "http://kfp:1"),
        *("--image", "x:1", "--controller-namespace", "a", "--experiment-namespace", "b"),
        *("-n", "team"),
    ]

    told = call("register", *options).output

    ((api, installation, namespace),) = registered
    assert api.url == "http://127.0.0.1:8888"
    assert installation == Installation(
        image="x:1", kfp_url="http://kfp:1", controller_namespace="a", experiment_namespace="b"
    )
    assert namespace == "team"
    assert 'pipeline "EEIPU tune", version 0.1.0-abc, registered at' in told


def test_what_is_registered_already_is_called_so(call, registered):
    call("register", "--image", "x:1")

    assert "is registered already" in call("register", "--image", "x:1").output


def test_the_chart_s_job_needs_no_options(call, registered, monkeypatch):
    told = {
        "KFP_ENDPOINT": "http://kfp:2",
        "EEIPU_KFP_URL": "http://kfp:2",
        "EEIPU_IMAGE": "x:1",
        "EEIPU_CONTROLLER_NAMESPACE": "tuner",
        "EEIPU_EXPERIMENT_NAMESPACE": "",
        "EEIPU_KFP_TOKEN_PATH": "",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)

    call("register")

    ((api, installation, _),) = registered
    assert (api.url, installation.controller_namespace) == ("http://kfp:2", "tuner")


def test_a_backend_that_does_not_answer_is_an_error(call):
    with pytest.raises(RunnerUnavailableError, match="no answer from Kubeflow Pipelines"):
        call("register", "--image", "x:1", "--kfp-endpoint", "http://127.0.0.1:1")
