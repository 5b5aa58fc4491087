"""The chart on a real cluster: what a release may do, and what outlives it."""

import json

import pytest

from eeipu_kfp.experiment.syntax import write_yaml
from tests.cluster.charts import RELEASE
from tests.cluster.conftest import KubectlError
from tests.cluster.documents.sound import SOUND
from tests.cluster.releases import install, released, restrict
from tests.unit.experiment.samples import edited

pytestmark = pytest.mark.cluster

SUSPENDED = edited(("spec/suspend", True), of=SOUND["Stacking"])
VARIANTS = {
    "defaults": {},
    "profiles": {"kfp": {"multiUser": True}},
    "cluster": {"scope": "Cluster", "commonLabels": {"team": "search"}},
    "network": {
        "networkPolicy": {
            "enabled": True,
            "from": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
            "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}],
        }
    },
    "placement": {
        "imagePullSecrets": [{"name": "key"}],
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "dedicated", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
    },
}
MAY = [
    "watch tuningexperiments.eeipu.dev",
    "patch tuningexperiments.eeipu.dev",
    "delete tuningexperiments.eeipu.dev",
    "patch tuningexperiments.eeipu.dev --subresource=status",
    "create events",
    "get configmaps",
    "list pods",
    "get pods --subresource=log",
    "create leases.coordination.k8s.io",
    "update leases.coordination.k8s.io/eeipu-kfp",
]
MAY_NOT = [
    "create tuningexperiments.eeipu.dev",
    "get secrets",
    "list configmaps",
    "create pods",
    "delete pods",
    "create pods --subresource=exec",
    "update leases.coordination.k8s.io/another",
    "get workflows.argoproj.io",
    "create roles.rbac.authorization.k8s.io",
]
MAY_NOT_ELSEWHERE = [
    "list tuningexperiments.eeipu.dev",
    "get configmaps",
    "list pods",
    "list namespaces",
    "list customresourcedefinitions.apiextensions.k8s.io",
]


@pytest.fixture
def restricted(kubectl, namespace, bucket):
    """A namespace that takes only pods of the restricted standard, with the store's keys."""
    restrict(kubectl, namespace)
    return namespace


def may(kubectl, what, *, namespace, user):
    try:
        told = kubectl("auth", "can-i", *what.split(), f"--as={user}", "--namespace", namespace)
    except KubectlError:
        return False
    return told.strip() == "yes"


def answers(kubectl, questions, *, namespace, user):
    return {what: may(kubectl, what, namespace=namespace, user=user) for what in questions}


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_a_real_api_server_takes_every_object(helm, kubectl, namespace, values):
    here = {
        "watchNamespaces": [namespace],
        "kfp": {"namespace": namespace, **values.get("kfp", {})},
    }
    where = {} if values.get("scope") == "Cluster" else here
    rendered = helm.render({**values, **where}, namespace=namespace)

    taken = kubectl(
        *("apply", "--dry-run=server", "--output=name", "--filename=-"),
        stdin="---\n".join(map(write_yaml, rendered.objects)),
    )

    assert len(taken.splitlines()) == len(rendered.objects)


def test_the_controller_works_with_no_more_rights_than_it_has(
    helm, kubectl, restricted, controller_image
):
    account = f"system:serviceaccount:{restricted}:eeipu-kfp"

    with released(helm, kubectl, restricted, controller_image):
        told = helm("test", RELEASE, "--namespace", restricted)
        own = answers(kubectl, [*MAY, *MAY_NOT], namespace=restricted, user=account)
        other = answers(kubectl, MAY_NOT_ELSEWHERE, namespace="default", user=account)
        (pod,) = json.loads(kubectl("-n", restricted, "get", "pods", "-o", "json"))["items"]

    assert "Succeeded" in told
    assert own == {**dict.fromkeys(MAY, True), **dict.fromkeys(MAY_NOT, False)}
    assert other == dict.fromkeys(MAY_NOT_ELSEWHERE, False)
    assert pod["spec"]["serviceAccountName"] == "eeipu-kfp"
    assert pod["status"]["containerStatuses"][0]["restartCount"] == 0


def test_users_read_and_change_experiments_with_the_rights_they_have(
    helm, kubectl, restricted, controller_image
):
    for role in ("view", "edit"):
        binding = (f"--clusterrole={role}", f"--user={role}er")
        kubectl("-n", restricted, "create", "rolebinding", role, *binding)
    asked = [
        "get services/eeipu-kfp:http --subresource=proxy",
        "get services/another:http --subresource=proxy",
        "list tuningexperiments.eeipu.dev",
        "create tuningexperiments.eeipu.dev",
    ]

    with released(helm, kubectl, restricted, controller_image, userRoles={"create": True}):
        viewer = answers(kubectl, asked, namespace=restricted, user="viewer")
        editor = answers(kubectl, asked, namespace=restricted, user="editer")
        report = f"/api/v1/namespaces/{restricted}/services/eeipu-kfp:http/proxy/readyz"
        seen = kubectl("get", "--raw", report, "--as=viewer")

    assert list(viewer.values()) == [True, False, True, False]
    assert editor["create tuningexperiments.eeipu.dev"]
    assert seen == "ready\n"


def test_experiments_outlive_upgrade_and_release(helm, kubectl, restricted, controller_image):
    def experiments():
        return kubectl("-n", restricted, "get", "tune", "-o", "jsonpath={.items[*].metadata.uid}")

    with released(helm, kubectl, restricted, controller_image) as values:
        kubectl("-n", restricted, "apply", "-f", "-", stdin=write_yaml(SUSPENDED))
        made = experiments()
        install(helm, "upgrade", restricted, {**values, "workers": 1})
        after_upgrade = experiments()
        helm("uninstall", RELEASE, "--namespace", restricted, "--wait")
        after_uninstall = experiments()
        install(helm, "install", restricted, values)
        after_return = experiments()

    assert made
    assert after_upgrade == after_uninstall == after_return == made
    assert kubectl("get", "crd", "tuningexperiments.eeipu.dev")
