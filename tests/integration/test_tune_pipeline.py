"""The pipeline "EEIPU tune" as a person uses it: registered, started by its form, followed to its outputs."""

from pathlib import Path

import pytest
import yaml

from eeipu_kfp.launcher.registration import NAME, TITLE, Installation, register
from eeipu_kfp.runners.backend.api import KfpApi
from tests.cluster_world import World, pipeline_text
from tests.kfp_double.double import KfpDouble
from tests.kfp_double.world import World as User
from tests.kfp_double.world import ask
from tests.served_cluster import served_cluster


pytestmark = pytest.mark.slow

PARAMETERS = [
    {"name": "rows", "searchSpace": {"uniform": {"min": 10, "max": 60, "step": 10}}},
    {"name": "rate", "searchSpace": {"uniform": {"min": 0.0, "max": 1.0}}},
]
FORM = {
    "pipeline_name": "small",
    "objective": "evaluate.metrics.score",
    "parameters": PARAMETERS,
    "budget_seconds": 600,
    "max_trials": 3,
    "algorithm": "random",
    "arguments": {"threshold": 0.5},
}


class Person(User):
    """Somebody who fills in the form."""

    def start(self, name, **form):
        """Start a run with a form, and return its id."""
        pipeline = self.ask("GET", f"pipelines/names/{NAME}")
        found = self.ask("GET", f"pipelines/{pipeline['pipeline_id']}/versions")
        (version,) = found["pipeline_versions"]
        body = {
            "display_name": name,
            "experiment_id": self.experiment,
            "pipeline_version_reference": {
                "pipeline_id": pipeline["pipeline_id"],
                "pipeline_version_id": version["pipeline_version_id"],
            },
            "runtime_config": {
                "parameters": {**FORM, **form},
                "pipeline_root": self.double.bucket.uri("runs"),
            },
        }
        return self.ask("POST", "runs", body)["run_id"]

    def outputs(self, run_id):
        """The output parameters of the first task, and its artifacts by name."""
        metadata = self.metadata(run_id)
        properties = metadata.tasks["tune"].custom_properties
        told = {
            name: value
            for name, value in properties["outputs"].struct_value.items()
        }
        return told, metadata.linked("tune", 4)

    def content(self, artifact):
        """The text of an artifact."""
        folder = self.folder / "downloads"
        return Path(self.double.bucket.download(artifact.uri, folder)).read_text()

    def log(self, run_id, task):
        """What a task has printed."""
        (artifact,) = [
            found
            for name, found in self.metadata(run_id).linked(task, 4).items()
            if name.startswith("executor-logs")
        ]
        return self.content(artifact)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A double, a cluster with a controller, and a person; the pipelines are registered."""
    folder = tmp_path_factory.mktemp("place")
    kubeconfig = folder / "kubeconfig"
    with pytest.MonkeyPatch.context() as patch, KfpDouble() as double:
        patch.setenv("KUBECONFIG", str(kubeconfig))
        patch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
        double.register("small", "one", yaml.safe_load(pipeline_text()))
        here = Installation(image="eeipu-kfp:0.1.0", kfp_url=double.url)
        assert register(KfpApi(double.url), here).is_new
        url = f"{double.url}/apis/v2beta1/experiments"
        kfp_experiment = ask(url, "POST", {"display_name": "mine"}, 10.0)["experiment_id"]
        with served_cluster(World(double, is_instant=False), kubeconfig) as cluster:
            yield Person(double=double, experiment=kfp_experiment, folder=folder), cluster


def test_a_form_brings_the_best_configuration_and_everything_to_look_at(place):
    person, cluster = place

    run_id = person.start("My first tuning!", run_best_configuration=True)
    run = person.ended(run_id)

    assert run["state"] == "SUCCEEDED", person.log(run_id, "tune")
    name = f"my-first-tuning-{run_id[:8]}"
    status = cluster.experiments()[name]["status"]
    told, artifacts = person.outputs(run_id)
    assert told["experiment"] == name
    print(told, {n: (a.type, a.uri) for n, a in artifacts.items()})
    print(person.log(run_id, "tune"))
    print(person.content(artifacts["summary"]))
    print(artifacts["metrics"].custom_properties)
    print([(r.name, r.state, r.arguments) for r in person.double.runs])
    assert "<html" in person.content(artifacts["report"])
    assert 0
