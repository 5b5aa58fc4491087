"""What the chart makes besides the controller, and which values it refuses."""

import pytest

from tests.cluster.charts import CHART, HelmError

EVERYTHING = {
    "kfp": {"multiUser": True},
    "networkPolicy": {"enabled": True},
    "podMonitor": {"enabled": True},
    "commonLabels": {"team": "search"},
}
PEER = {"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}
RULE = {"ports": [{"port": 53, "protocol": "UDP"}]}


def test_the_chart_passes_the_strict_linter(helm):
    assert "0 chart(s) failed" in helm("lint", "--strict", str(CHART))


def test_the_definition_may_be_left_to_others(helm):
    assert helm.render({"crds": {"enabled": False}}).every("CustomResourceDefinition") == []


def test_nothing_limits_the_network_by_default(helm):
    assert helm.render().every("NetworkPolicy") == []


def test_a_network_policy_opens_the_port_to_those_who_are_named(helm):
    policy = {"enabled": True, "from": [PEER], "egress": [RULE]}

    spec = helm.render({"networkPolicy": policy}).one("NetworkPolicy")["spec"]

    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert spec["ingress"] == [{"ports": [{"port": "http"}], "from": [PEER]}]
    assert spec["egress"] == [RULE]


def test_without_names_the_network_policy_opens_the_port_to_everyone(helm):
    spec = helm.render({"networkPolicy": {"enabled": True}}).one("NetworkPolicy")["spec"]

    assert spec["policyTypes"] == ["Ingress"]
    assert spec["ingress"] == [{"ports": [{"port": "http"}]}]


def test_a_pod_monitor_is_made_where_it_is_wanted(helm):
    wanted = {"enabled": True, "interval": "10s", "labels": {"release": "prometheus"}}

    monitor = helm.render({"podMonitor": wanted}).one("PodMonitor")

    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    assert endpoint == {"port": "http", "path": "/metrics", "interval": "10s"}
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert helm.render().every("PodMonitor") == []


def test_common_labels_are_on_every_object_and_its_pods(helm):
    rendered = helm.render(EVERYTHING)

    labelled = [*rendered.objects, rendered.one("Deployment")["spec"]["template"]]

    assert all(found["metadata"]["labels"]["team"] == "search" for found in labelled)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"imge": {}}, "imge"),
        ({"image": {"tagg": "1"}}, "tagg"),
        ({"s3": {"secretKey": "hunter2"}}, "secretKey"),
        ({"s3": {"existingSecret": {"password": "hunter2"}}}, "password"),
        ({"s3": {"existingSecret": {"name": ""}}}, "name"),
        ({"s3": {"endpoint": "minio:9000"}}, "endpoint"),
        ({"s3": {"scheme": "gs"}}, "scheme"),
        ({"kfp": {"metadataAddress": "http://mlmd:8080"}}, "metadataAddress"),
        ({"image": {"digest": "sha256:short"}}, "digest"),
        ({"scope": "Everywhere"}, "scope"),
        ({"watchNamespaces": "team-a"}, "watchNamespaces"),
        ({"ui": {"pipelinesUrl": "kfp.example.org"}}, "pipelinesUrl"),
        ({"ui": {"enabled": "yes"}}, "enabled"),
        ({"workers": 0}, "workers"),
        ({"workers": "2"}, "workers"),
        ({"extraEnv": [{"value": "1"}]}, "extraEnv"),
        ({"scope": "Cluster", "watchNamespaces": ["a"]}, "watchNamespaces"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(helm, values, complaint):
    with pytest.raises(HelmError, match=complaint):
        helm.render(values)
