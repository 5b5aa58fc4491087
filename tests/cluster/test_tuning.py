"""Tuning on a real cluster: the chart's controller in a pod, MinIO, and the double of Kubeflow
Pipelines, or a real backend where KFP_ENDPOINT names one as pods reach it.
"""

import json
import os
import time
from uuid import uuid4

import pytest
import yaml

from tests.cluster.charts import ROOT
from tests.cluster.releases import released, restrict
from tests.cluster_world import experiment

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

ENDPOINT = os.environ.get("KFP_ENDPOINT", "")
METADATA = os.environ.get("KFP_METADATA", "metadata-grpc-service.kubeflow:8080")
STAGE_IMAGE = os.environ.get("EEIPU_STACKING_IMAGE", "localhost/eeipu-stacking:dev")
PATIENCE_SECONDS = 1200.0 if ENDPOINT else 300.0


class Cluster:
    """A namespace with a controller that tunes in it."""

    def __init__(self, kubectl, namespace):
        self._kubectl = kubectl
        self.namespace = namespace

    def __call__(self, *arguments, **options):
        return self._kubectl("-n", self.namespace, *arguments, **options)

    def apply(self, name, **spec):
        document = experiment(name, **spec)
        inline = document["spec"]["pipeline"]["inline"]
        if ENDPOINT:
            inline = inline.replace("python:3.11-slim", STAGE_IMAGE)
        document["spec"]["pipeline"] = {"inline": inline}
        self("apply", "-f", "-", stdin=json.dumps(document))

    def resource(self, name):
        return json.loads(self("get", "tune", name, "-o", "json"))

    def status(self, name):
        return self.resource(name).get("status", {})

    def condition(self, name, kind):
        found = {c["type"]: c for c in self.status(name).get("conditions", ())}
        return found.get(kind, {"status": "", "reason": "", "message": ""})

    def trials(self, name, state="total"):
        return self.status(name).get("trials", {}).get(state, 0)

    def is_complete(self, name):
        return self.condition(name, "Complete")["status"] == "True"

    def ask(self, name, what):
        service = f"/api/v1/namespaces/{self.namespace}/services/eeipu-kfp:http/proxy"
        path = f"{service}/namespaces/{self.namespace}/experiments/{name}/{what}"
        return self("get", "--raw", path)

    def events(self, name):
        told = json.loads(self("get", "events", "-o", "json"))["items"]
        return [e["reason"] for e in told if e["involvedObject"]["name"] == name]

    def kill_the_controller(self):
        selector = "-l=app.kubernetes.io/name=eeipu-kfp"
        self("delete", "pod", selector, "--grace-period=0", "--force", "--wait=false")

    def wait(self, condition):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self("get", "tune", "-o", "yaml")[-4000:]
            time.sleep(0.5)


@pytest.fixture(scope="module")
def cluster(kubectl, helm, controller_image, bucket, request):
    name = f"eeipu-tuning-{uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    try:
        restrict(kubectl, name)
        kfp = {"url": ENDPOINT, "metadataAddress": METADATA, "namespace": "kubeflow"}
        if not ENDPOINT:
            kfp = _bring_up_the_double(kubectl, name, request.getfixturevalue("double_image"))
        with released(helm, kubectl, name, controller_image, kfp=kfp, s3={"prefix": name}):
            yield Cluster(kubectl, name)
    finally:
        kubectl("delete", "namespace", name, "--wait=false")


def _bring_up_the_double(kubectl, namespace, image):
    documents = [*yaml.safe_load_all((ROOT / "tests/kfp_double/manifests.yaml").read_text())]
    (container,) = documents[0]["spec"]["template"]["spec"]["containers"]
    container["image"] = image
    kubectl("-n", namespace, "apply", "-f", "-", stdin=yaml.safe_dump_all(documents))
    kubectl("-n", namespace, "rollout", "status", "deployment/kfp-double", "--timeout=300s")
    return {
        "url": f"http://ml-pipeline.{namespace}:8888",
        "metadataAddress": f"metadata-grpc-service.{namespace}:8080",
        "namespace": namespace,
    }


def test_an_experiment_is_tuned_to_its_end_though_the_controller_is_killed(cluster):
    cluster.apply("killed", maxTrials=5)
    cluster.wait(lambda: cluster.trials("killed", "succeeded") >= 2)

    cluster.kill_the_controller()
    cluster.wait(lambda: cluster.is_complete("killed"))

    cluster("rollout", "status", "deployment/eeipu-kfp", "--timeout=300s")
    found = json.loads(cluster.ask("killed", "result"))
    assert cluster.trials("killed", "succeeded") == 5
    assert [trial["trial"] for trial in found["trialList"]] == [1, 2, 3, 4, 5]
    assert found["stop"]["reason"] == "MaxTrialsReached"
    assert "killed" in cluster.ask("killed", "report")
    assert cluster.events("killed").count("TrialStarted") == 5
    assert cluster.events("killed").count("TrialSucceeded") == 5
    assert not [row for row in found["trialList"] if row["failure"]]


def test_a_second_experiment_pays_for_no_stage_again(cluster):
    cluster.apply("killed-again", maxTrials=5)

    cluster.wait(lambda: cluster.is_complete("killed-again"))

    assert cluster.status("killed-again")["cache"]["stageRuns"] == 0
    assert cluster.status("killed-again")["cache"]["hits"] == 15


def test_suspend_holds_back_trials_and_a_change_takes_it_back(cluster):
    cluster.apply("held", maxTrials=2, algorithm={"name": "random", "seed": 1}, suspend=True)
    cluster.wait(lambda: cluster.condition("held", "Complete")["reason"] == "Suspended")
    assert cluster.trials("held") == 0

    cluster("patch", "tune", "held", "--type=merge", "-p", '{"spec": {"suspend": false}}')
    cluster.wait(lambda: cluster.is_complete("held"))

    assert cluster.trials("held", "succeeded") == 2


def test_a_raised_limit_lets_a_finished_experiment_go_on(cluster):
    cluster("patch", "tune", "held", "--type=merge", "-p", '{"spec": {"maxTrials": 3}}')

    cluster.wait(lambda: cluster.trials("held", "succeeded") == 3)
    cluster.wait(lambda: cluster.is_complete("held"))


def test_an_experiment_that_is_deleted_mid_trial_goes_with_what_it_made(cluster):
    seed = {"name": "random", "seed": 2}
    cluster.apply("deleted", maxTrials=50, algorithm=seed, cache={"deletionPolicy": "Delete"})
    cluster.wait(lambda: cluster.trials("deleted", "succeeded") >= 1)

    cluster("delete", "tune", "deleted", "--timeout=300s")

    service = f"/api/v1/namespaces/{cluster.namespace}/services/eeipu-kfp:http/proxy"
    kept = json.loads(cluster("get", "--raw", f"{service}/namespaces/{cluster.namespace}/cache"))
    assert "deleted" not in {entry["experiment"] for entry in kept}
    assert "killed" in {entry["experiment"] for entry in kept}


def test_a_broken_pipeline_is_a_condition_and_no_crash(cluster):
    document = experiment("broken")
    document["spec"]["pipeline"] = {"inline": "nothing: here"}
    cluster("apply", "-f", "-", stdin=json.dumps(document))

    cluster.wait(lambda: cluster.condition("broken", "Ready")["reason"] == "PipelineInvalid")

    (pod,) = [
        found
        for found in json.loads(cluster("get", "pods", "-o", "json"))["items"]
        if found["metadata"]["labels"].get("app.kubernetes.io/name") == "eeipu-kfp"
    ]
    assert pod["status"]["containerStatuses"][0]["restartCount"] == 0


def test_a_finished_experiment_goes_when_it_was_kept_for_long_enough(cluster):
    seed = {"name": "random", "seed": 3}
    cluster.apply("short", maxTrials=1, algorithm=seed, ttlSecondsAfterFinished=5)

    cluster.wait(lambda: "short" not in cluster("get", "tune", "-o", "name"))
