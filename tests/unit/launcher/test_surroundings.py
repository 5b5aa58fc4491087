import os
import signal

import pytest
import yaml

from eeipu_kfp.cluster.refusals import ClusterError
from eeipu_kfp.launcher.surroundings import (
    DEFAULT_KFP_URL,
    Surroundings,
    TerminatedError,
    end_badly,
    interruptible,
    kfp_api,
)


@pytest.fixture
def environment(tmp_path):
    """An environment with a kubeconfig, as on a laptop."""
    file = tmp_path / "kubeconfig"
    config = {
        "current-context": "here",
        "clusters": [{"name": "here", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "ann", "user": {}}],
        "contexts": [
            {"name": "here", "context": {"cluster": "here", "user": "ann", "namespace": "team"}}
        ],
    }
    file.write_text(yaml.safe_dump(config))
    return {"KUBECONFIG": str(file)}


def test_outside_of_a_cluster_the_kube_context_leads_to_one(environment):
    found = Surroundings.from_environment(environment)

    assert (found.cluster.namespace, found.cluster.home) == ("team", None)
    assert found.api.url == DEFAULT_KFP_URL


def test_an_installation_says_where_everything_is(environment):
    told = {
        "EEIPU_KFP_URL": "http://kfp:1",
        "EEIPU_CONTROLLER_NAMESPACE": "tuner",
        "EEIPU_EXPERIMENT_NAMESPACE": "watched",
    }

    found = Surroundings.from_environment({**environment, **told})

    assert (found.cluster.namespace, found.cluster.home) == ("watched", "tuner")
    assert found.api.url == "http://kfp:1"


def test_a_pod_without_a_token_is_told_so(environment):
    pod = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}

    with pytest.raises(ClusterError, match="this pod cannot speak with its cluster"):
        Surroundings.from_environment({**environment, **pod})


def test_a_token_for_kubeflow_pipelines_is_shown_where_there_is_one(tmp_path):
    token = tmp_path / "token"
    named = {"KF_PIPELINES_SA_TOKEN_PATH": str(token)}

    assert kfp_api(named)._token_path is None
    token.write_text("secret")
    assert kfp_api(named)._token_path == token


def test_a_termination_is_an_error_that_nothing_catches_by_accident():
    with pytest.raises(TerminatedError), interruptible():
        os.kill(os.getpid(), signal.SIGTERM)

    assert not issubclass(TerminatedError, Exception)


def test_afterwards_a_termination_means_what_it_meant_before():
    before = signal.getsignal(signal.SIGTERM)

    with interruptible():
        assert signal.getsignal(signal.SIGTERM) is not before

    assert signal.getsignal(signal.SIGTERM) is before


def test_a_task_ends_badly_with_a_message_and_what_to_do(capsys):
    with pytest.raises(SystemExit) as caught:
        end_badly(ClusterError("it is wrong", hint="correct it"))

    assert caught.value.code == 1
    assert capsys.readouterr().err == "error: it is wrong\nhint: correct it\n"
