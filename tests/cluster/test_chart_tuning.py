"""A release tunes, with the rights that the chart gives it and no others."""

import json

import pytest

from eeipu_kfp.experiment.syntax import read_yaml, write_yaml
from tests.cluster.charts import ROOT, objects_of
from tests.cluster.releases import released, restrict
from tests.small_pipeline import EXPERIMENT, write

pytestmark = pytest.mark.cluster

DOUBLE = ROOT / "tests" / "kfp_double" / "manifests.yaml"
TRIALS = 4


@pytest.fixture
def pipelines(kubectl, namespace, double_image, bucket):
    """A namespace of the restricted standard in which a double of Kubeflow Pipelines runs."""
    restrict(kubectl, namespace)
    objects = objects_of(DOUBLE.read_text()).objects
    for found in objects:
        if found["kind"] == "Deployment":
            found["spec"]["template"]["spec"]["containers"][0]["image"] = double_image
    kubectl("-n", namespace, "apply", "-f", "-", stdin="---\n".join(map(write_yaml, objects)))
    kubectl("-n", namespace, "rollout", "status", "deployment/kfp-double", "--timeout=300s")
    return namespace


@pytest.fixture
def experiment(tmp_path):
    """The small experiment, with its pipeline inside."""
    write(tmp_path)
    document = read_yaml(EXPERIMENT, source="experiment")
    document["spec"]["pipeline"] = {"inline": (tmp_path / "pipeline.yaml").read_text()}
    return document


def test_an_experiment_is_tuned_to_its_end_and_nothing_is_forbidden(
    helm, kubectl, pipelines, experiment, controller_image
):
    backend = {
        "namespace": pipelines,
        "url": f"http://ml-pipeline.{pipelines}:8888",
        "metadataAddress": f"metadata-grpc-service.{pipelines}:8080",
    }

    with released(
        helm, kubectl, pipelines, controller_image, kfp=backend, s3={"prefix": pipelines}
    ):
        kubectl("-n", pipelines, "apply", "-f", "-", stdin=write_yaml(experiment))
        kubectl("-n", pipelines, "wait", "tune/small", "--for=condition=Complete", "--timeout=300s")
        status = json.loads(kubectl("-n", pipelines, "get", "tune", "small", "-o", "json"))[
            "status"
        ]
        events = json.loads(kubectl("-n", pipelines, "get", "events", "-o", "json"))["items"]
        log = kubectl("-n", pipelines, "logs", "deployment/eeipu-kfp")

    assert status["trials"]["succeeded"] == TRIALS
    assert status["bestTrial"]["objective"]
    assert {"TrialStarted", "TrialSucceeded", "Completed"} <= {event["reason"] for event in events}
    assert not [line for line in log.splitlines() if "forbidden" in line.lower()]
