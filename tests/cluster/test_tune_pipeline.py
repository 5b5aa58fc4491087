"""The pipeline "EEIPU tune" on a real cluster, from the chart that registers it to its outputs.

Kubeflow Pipelines is the double, whose stages run as real ones do: as `pipeline-runner`.
"""

import re
import subprocess
import time
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import grpc
import pytest
import yaml

from eeipu_kfp.launcher.registration import NAME, TITLE
from eeipu_kfp.runners.backend.api import KfpApi
from tests.cluster.charts import ROOT
from tests.cluster.conftest import KubectlError
from tests.cluster.releases import install, released, restrict
from tests.cluster_world import pipeline_text
from tests.kfp_double.world import Metadata

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

DOUBLE = ROOT / "tests" / "kfp_double" / "manifests.yaml"
PATIENCE_SECONDS = 240.0
FORM = {
    "pipeline_name": "small",
    "objective": "evaluate.metrics.score",
    "parameters": [
        {"name": "rows", "searchSpace": {"uniform": {"min": 10, "max": 60, "step": 10}}},
        {"name": "rate", "searchSpace": {"uniform": {"min": 0.0, "max": 1.0}}},
    ],
    "arguments": {"threshold": 0.5},
    "budget_seconds": 600,
    "max_trials": 3,
    "algorithm": "random",
    "run_best_configuration": True,
}
MAY = [
    "get tuningexperiments.eeipu.dev",
    "create tuningexperiments.eeipu.dev",
    "patch tuningexperiments.eeipu.dev",
    "delete tuningexperiments.eeipu.dev",
    "get services/eeipu-kfp:http --subresource=proxy",
]
MAY_NOT = [
    "list tuningexperiments.eeipu.dev",
    "patch tuningexperiments.eeipu.dev --subresource=status",
    "get services/another:http --subresource=proxy",
    "get secrets",
    "list pods",
    "get configmaps",
]
READ = """
import os, sys
from eeipu_kfp.cache.minio_store import MinioStore

store = MinioStore(
    endpoint="minio-service.kubeflow:9000", bucket="mlpipeline", secure=False,
    access_key=os.environ["AWS_ACCESS_KEY_ID"], secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
)
sys.stdout.write(store.get(sys.argv[1].partition("mlpipeline/")[2]).decode())
"""


class Place:
    """A namespace with a controller and a backend, as somebody with a browser uses them."""

    def __init__(self, kubectl, namespace, values, api, metadata):
        self._kubectl = kubectl
        self.namespace = namespace
        self.values = values
        self.api = api
        self._metadata = metadata

    def __call__(self, *arguments):
        return self._kubectl("-n", self.namespace, *arguments)

    def versions(self):
        pipeline = self.api.find_pipeline(NAME)
        return list(self.api.pipeline_versions(pipeline["pipeline_id"]))

    def start(self, name, **form):
        (version,) = self.versions()
        reference = {name: version[name] for name in ("pipeline_id", "pipeline_version_id")}
        return self.api.create_run(
            {
                "display_name": name,
                "experiment_id": self.api.experiment_id("mine"),
                "pipeline_version_reference": reference,
                "runtime_config": {
                    "parameters": {**FORM, **form},
                    "pipeline_root": f"minio://mlpipeline/{self.namespace}/runs",
                },
            }
        )

    def ended(self, run_id):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (state := self.api.run(run_id)["state"]) not in {"SUCCEEDED", "FAILED"}:
            assert time.monotonic() < deadline, self("get", "tune", "-o", "yaml")[-4000:]
            time.sleep(0.5)
        return state

    def outputs(self, run_id):
        """The output parameters of the first task, and its artifacts by name."""
        with grpc.insecure_channel(self._metadata) as channel:
            metadata = Metadata(channel, run_id)
        told = metadata.tasks["tune"].custom_properties["outputs"].struct_value
        return dict(told), metadata.linked("tune", 4)

    def content(self, artifact):
        return self("exec", "deployment/kfp-double", "--", "python", "-c", READ, artifact.uri)

    def log(self, run_id):
        _, artifacts = self.outputs(run_id)
        return self.content(artifacts["executor-logs"])


@contextmanager
def forwarded(kubectl, namespace, service, port):
    """An address of this machine that leads to a service."""
    command = [kubectl.binary, f"--kubeconfig={kubectl.kubeconfig}", "-n", namespace]
    with subprocess.Popen(
        [*command, "port-forward", f"service/{service}", f":{port}"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = process.stdout.readline()
            yield re.search(r"127\.0\.0\.1:\d+", line)[0]
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def place(kubectl, helm, controller_image, double_image):
    name = f"eeipu-tune-{uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    try:
        restrict(kubectl, name)
        documents = [*yaml.safe_load_all(DOUBLE.read_text())]
        documents[0]["spec"]["template"]["spec"]["containers"][0]["image"] = double_image
        kubectl("-n", name, "apply", "-f", "-", stdin=yaml.safe_dump_all(documents))
        kubectl("-n", name, "rollout", "status", "deployment/kfp-double", "--timeout=90s")
        kfp = {
            "url": f"http://ml-pipeline.{name}:8888",
            "metadataAddress": f"metadata-grpc-service.{name}:8080",
            "namespace": name,
        }
        told = {"kfp": kfp, "s3": {"prefix": name}, "tunePipeline": {"register": True}}
        with ExitStack() as stack:
            values = stack.enter_context(released(helm, kubectl, name, controller_image, **told))
            url = stack.enter_context(forwarded(kubectl, name, "ml-pipeline", 8888))
            metadata = stack.enter_context(forwarded(kubectl, name, "metadata-grpc-service", 8080))
            api = KfpApi(f"http://{url}")
            pipeline = api.create_pipeline({"name": "small"})
            about = {"name": "one", "display_name": "one"}
            api.upload_version(pipeline_text(), pipeline_id=pipeline["pipeline_id"], about=about)
            yield Place(kubectl, name, values, api, metadata)
    finally:
        kubectl("delete", "namespace", name, "--wait=false")


def test_the_chart_has_registered_it(place):
    (version,) = place.versions()

    assert place.api.find_pipeline(NAME)["display_name"] == TITLE
    assert version["display_name"].startswith("0.1.0-")


def test_an_upgrade_that_changes_nothing_of_it_registers_nothing(place, helm):
    before = place.versions()

    install(helm, "upgrade", place.namespace, {**place.values, "workers": 1})

    assert place.versions() == before


def test_a_filled_in_form_brings_all_outputs(place):
    run_id = place.start("From the form")

    state = place.ended(run_id)

    assert state == "SUCCEEDED", place.log(run_id)
    told, artifacts = place.outputs(run_id)
    assert set(told["best"]) == {"rows", "rate"}
    assert told["experiment"] == f"from-the-form-{run_id[:8]}"
    assert "Best so far" in place.content(artifacts["report"])
    assert place.content(artifacts["summary"]).startswith("# evaluate.metrics.score: ")
    assert artifacts["metrics"].custom_properties["trials"].double_value == 3
    best = place.api.find_run(
        f"{told['experiment']}-best", experiment_id=place.api.experiment_id("mine")
    )
    assert place.api.run(best)["state"] == "SUCCEEDED"
    annotations = place("get", "tune", told["experiment"], "-o", "jsonpath={.metadata.annotations}")
    assert "launcher-expires" not in annotations


def test_a_mistake_ends_the_run_with_a_message(place):
    run_id = place.start("Mistaken", objective="judge.metrics.score", budget_seconds=0)

    assert place.ended(run_id) == "FAILED"
    assert "`budget_seconds`: 0 is below the least allowed" in place.log(run_id)


def test_tasks_have_the_rights_that_they_need_and_no_others(place):
    user = f"system:serviceaccount:{place.namespace}:pipeline-runner"

    def may(what):
        try:
            return place("auth", "can-i", *what.split(), f"--as={user}").strip() == "yes"
        except KubectlError:
            return False

    assert {what: may(what) for what in [*MAY, *MAY_NOT]} == {
        **dict.fromkeys(MAY, True),
        **dict.fromkeys(MAY_NOT, False),
    }
