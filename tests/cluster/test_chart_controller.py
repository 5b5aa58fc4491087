"""How the chart runs the controller."""

import re

import pytest

from eeipu_kfp.controller.settings import read_settings

EVERYTHING = {
    "kfp": {"multiUser": True},
    "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://p:1"}],
}
TOLERATION = {"key": "dedicated", "operator": "Exists"}
AFFINITY = {"nodeAffinity": {}}
DIGEST = f"sha256:{'a' * 64}"


def path_of(document, path):
    for key in path.split("/"):
        document = document[int(key) if key.isdecimal() else key]
    return document


@pytest.mark.parametrize(
    ("values", "where", "wanted"),
    [
        ({"image": {"repository": "r.io/x", "tag": "2"}}, "containers/0/image", "r.io/x:2"),
        ({"image": {"digest": DIGEST}}, "containers/0/image", f"eeipu-kfp@{DIGEST}"),
        ({"image": {"pullPolicy": "Never"}}, "containers/0/imagePullPolicy", "Never"),
        ({"imagePullSecrets": [{"name": "key"}]}, "imagePullSecrets/0/name", "key"),
        ({"resources": {"limits": {"cpu": "1"}}}, "containers/0/resources/limits/cpu", "1"),
        ({"nodeSelector": {"disk": "ssd"}}, "nodeSelector", {"disk": "ssd"}),
        ({"tolerations": [TOLERATION]}, "tolerations", [TOLERATION]),
        ({"affinity": AFFINITY}, "affinity", AFFINITY),
        ({"priorityClassName": "high"}, "priorityClassName", "high"),
    ],
)
def test_the_pod_is_as_the_values_want_it(helm, values, where, wanted):
    assert path_of(helm.render(values).pod, where) == wanted


def test_the_image_is_the_one_of_the_chart_s_version(helm):
    assert re.fullmatch(r"eeipu-kfp:\d+\.\d+\.\d+", helm.render().container["image"])


def test_one_controller_replaces_another_only_after_its_end(helm):
    spec = helm.render().one("Deployment")["spec"]

    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_every_pod_keeps_to_the_restricted_standard(helm):
    for pod in helm.render(EVERYTHING).pods:
        (container,) = pod["containers"]
        held = container["securityContext"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert held["allowPrivilegeEscalation"] is False
        assert held["readOnlyRootFilesystem"] is True
        assert held["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_the_probes_ask_where_the_controller_answers(helm):
    container = helm.render().container
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}

    asked = {
        probe: (ports[container[probe]["httpGet"]["port"]], container[probe]["httpGet"]["path"])
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    }

    assert asked == {
        "startupProbe": (8081, "/healthz"),
        "livenessProbe": (8081, "/healthz"),
        "readinessProbe": (8080, "/readyz"),
    }


def test_the_service_reaches_the_controller_and_no_other_pod(helm):
    rendered = helm.render()
    selector = rendered.one("Service")["spec"]["selector"].items()

    assert selector <= rendered.one("Deployment")["spec"]["template"]["metadata"]["labels"].items()
    assert not selector <= rendered.one("Pod")["metadata"]["labels"].items()


def test_no_secret_is_in_the_chart(helm):
    rendered = helm.render(EVERYTHING)

    by_reference = {
        name: entry.get("valueFrom", {}).get("secretKeyRef")
        for name, entry in rendered.environment.items()
        if name.startswith("AWS_")
    }

    assert rendered.every("Secret") == []
    assert by_reference == {
        "AWS_ACCESS_KEY_ID": {"name": "mlpipeline-minio-artifact", "key": "accesskey"},
        "AWS_SECRET_ACCESS_KEY": {"name": "mlpipeline-minio-artifact", "key": "secretkey"},
    }


def test_the_keys_come_from_the_secret_that_is_named(helm):
    secret = {"name": "mine", "accessKeyKey": "id", "secretKeyKey": "key"}

    told = helm.render({"s3": {"existingSecret": secret}}).environment

    assert told["AWS_ACCESS_KEY_ID"]["valueFrom"]["secretKeyRef"] == {"name": "mine", "key": "id"}
    assert told["AWS_SECRET_ACCESS_KEY"]["valueFrom"]["secretKeyRef"]["key"] == "key"


def settings_of(rendered):
    """What the controller reads from the environment that the chart gives it."""
    told = {
        name: entry.get("value", f"from {next(iter(entry.get('valueFrom', {})), '')}")
        for name, entry in rendered.environment.items()
    }
    return read_settings(told, identity="test")


def test_the_controller_understands_the_defaults(helm):
    found = settings_of(helm.render())

    assert found.namespaces == (found.own_namespace,) == ("from fieldRef",)
    assert found.kfp_url == "http://ml-pipeline.kubeflow:8888"
    assert found.mlmd_address == "metadata-grpc-service.kubeflow:8080"
    assert (found.kfp_namespace, found.kfp_token_path) == ("kubeflow", None)
    assert (found.bucket.bucket, found.bucket.prefix) == ("mlpipeline", "eeipu")
    assert (found.bucket.region, found.bucket.scheme) == (None, "minio")
    assert (found.serves_page, found.pipelines_url) == (False, "")


def test_the_controller_understands_every_setting(helm):
    found = settings_of(
        helm.render(
            {
                "watchNamespaces": ["a", "b"],
                "kfp": {"url": "http://k:1", "metadataAddress": "m:2", "multiUser": True},
                "s3": {
                    "endpoint": "https://s3.example.org",
                    "bucket": "mine",
                    "prefix": "tuned",
                    "region": "eu-west-1",
                    "scheme": "s3",
                },
                "workers": 3,
                "logFormat": "plain",
                "ui": {"enabled": True, "pipelinesUrl": "https://kfp.example.org/pipeline"},
            }
        )
    )

    assert found.namespaces == ("a", "b")
    assert (found.kfp_url, found.mlmd_address, found.kfp_namespace) == ("http://k:1", "m:2", "")
    assert str(found.kfp_token_path) == "/var/run/secrets/kubeflow/pipelines/token"
    assert found.bucket.endpoint == "https://s3.example.org"
    assert (found.bucket.bucket, found.bucket.prefix) == ("mine", "tuned")
    assert (found.bucket.region, found.bucket.scheme) == ("eu-west-1", "s3")
    assert (found.workers, found.log_format) == (3, "plain")
    assert (found.serves_page, found.pipelines_url) == (True, "https://kfp.example.org/pipeline")


def test_further_environment_variables_reach_the_controller(helm):
    proxy = {"name": "HTTPS_PROXY", "value": "http://proxy:3128"}

    assert helm.render({"extraEnv": [proxy]}).environment["HTTPS_PROXY"] == proxy


def test_the_token_is_made_for_kubeflow_pipelines_and_mounted_where_it_is_read(helm):
    rendered = helm.render({"kfp": {"multiUser": True}})

    (volume,) = [v for v in rendered.pod["volumes"] if v["name"] == "kfp-token"]
    (mount,) = [m for m in rendered.container["volumeMounts"] if m["name"] == "kfp-token"]

    token = volume["projected"]["sources"][0]["serviceAccountToken"]
    assert token["audience"] == "pipelines.kubeflow.org"
    assert f"{mount['mountPath']}/{token['path']}" == str(settings_of(rendered).kfp_token_path)
