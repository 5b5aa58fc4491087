import pytest

from eeipu_kfp.cluster.opening import Cluster, open_cluster
from eeipu_kfp.cluster.refusals import ClusterError
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.models import ConfigMapRef
from tests.unit.cluster.fake_cluster import COLLECTION, FakeConnection, listed, resource

CONFIG_MAP = "/api/v1/namespaces/team/configmaps/pipelines"
REFERENCE = ConfigMapRef(name="pipelines", key="small.yaml")


def cluster(answers):
    return Cluster(connection=FakeConnection(answers), namespace="team")


def test_experiments_and_controller_are_those_of_the_namespace():
    found = cluster({f"{COLLECTION}/demo": resource(), "/api/v1/services": listed("eeipu-kfp")})

    assert found.experiments.get("demo")["metadata"]["name"] == "demo"
    assert found.controller()


def test_a_key_of_a_config_map_is_read():
    assert cluster({CONFIG_MAP: {"data": {"small.yaml": "text"}}}).config_map(REFERENCE) == "text"


def test_a_config_map_that_one_may_not_read_is_passed_over():
    assert cluster({CONFIG_MAP: 403}).config_map(REFERENCE) is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [(404, "no ConfigMap"), ({"data": {"other": ""}}, "its keys are `other`"), ({}, "are none")],
)
def test_a_config_map_that_is_not_there_is_an_error(answer, said):
    with pytest.raises(SpecError, match=said) as caught:
        cluster({CONFIG_MAP: answer}).config_map(REFERENCE)

    assert caught.value.path == "spec.pipeline.configMapRef"


def test_without_a_kubeconfig_there_is_no_cluster(tmp_path):
    with pytest.raises(ClusterError, match="no cluster is known"):
        open_cluster(
            namespace=None,
            context=None,
            home=None,
            environment={"KUBECONFIG": str(tmp_path / "none")},
        )
