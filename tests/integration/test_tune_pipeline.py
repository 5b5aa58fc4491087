"""The pipeline "EEIPU tune" as a person uses it, from its form to its outputs."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from eeipu_kfp.experiment.launchers import EXPIRES
from eeipu_kfp.launcher.registration import NAME, Installation, register
from eeipu_kfp.runners.backend.api import KfpApi
from tests.cluster_world import World, pipeline_text
from tests.kfp_double.double import KfpDouble
from tests.kfp_double.world import World as User
from tests.kfp_double.world import ask
from tests.served_cluster import served_cluster
from tests.unit.launcher.forms import filled

pytestmark = pytest.mark.slow

FORM = {
    "pipeline_name": "small",
    "objective": "evaluate.metrics.score",
    "parameters": [
        {"name": "rows", "searchSpace": {"uniform": {"min": 10, "max": 60, "step": 10}}},
        {"name": "rate", "searchSpace": {"uniform": {"min": 0.0, "max": 1.0}}},
    ],
    "budget_seconds": 600,
    "max_trials": 2,
    "algorithm": "random",
    "arguments": {"threshold": 0.5},
}
TASK = """
import json, sys
from types import SimpleNamespace
from eeipu_kfp.launcher import tasks

file = SimpleNamespace(path="/dev/null", log_metric=lambda *_: None)
tasks.tune(json.loads(sys.argv[1]), metrics=file, report=file, summary=file)
"""
_OUTPUT = 4


class Person(User):
    """Somebody who fills in the form."""

    def versions(self):
        pipeline = self.ask("GET", f"pipelines/names/{NAME}")
        found = self.ask("GET", f"pipelines/{pipeline['pipeline_id']}/versions")
        return found["pipeline_versions"]

    def start(self, name, **form):
        """Start a run with a form, and return its id."""
        (version,) = self.versions()
        reference = {key: version[key] for key in ("pipeline_id", "pipeline_version_id")}
        body = {
            "display_name": name,
            "experiment_id": self.experiment,
            "pipeline_version_reference": reference,
            "runtime_config": {
                "parameters": {**FORM, **form},
                "pipeline_root": self.double.bucket.uri("runs"),
            },
        }
        return self.ask("POST", "runs", body)["run_id"]

    def outputs(self, run_id):
        """The output parameters of the first task, and its artifacts by name."""
        metadata = self.metadata(run_id)
        told = metadata.tasks["tune"].custom_properties["outputs"].struct_value
        return dict(told), metadata.linked("tune", _OUTPUT)

    def content(self, artifact):
        """The text of an artifact."""
        folder = self.folder / "downloads"
        return Path(self.double.bucket.download(artifact.uri, folder)).read_text()

    def log(self, run_id):
        """What the first task has printed."""
        return self.content(self.outputs(run_id)[1]["executor-logs"])

    def runs(self, name):
        """The runs of a name."""
        return [run for run in self.double.runs if run.name == name]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Somebody at a double and a cluster with a controller; the pipelines are registered."""
    folder = tmp_path_factory.mktemp("place")
    kubeconfig = folder / "kubeconfig"
    with pytest.MonkeyPatch.context() as patch, KfpDouble() as double:
        patch.setenv("KUBECONFIG", str(kubeconfig))
        patch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
        double.register("small", "one", yaml.safe_load(pipeline_text()))
        here = Installation(image="eeipu-kfp:0.1.0", kfp_url=double.url)
        assert register(KfpApi(double.url), here).is_new
        assert not register(KfpApi(double.url), here).is_new
        url = f"{double.url}/apis/v2beta1/experiments"
        kfp_experiment = ask(url, "POST", {"display_name": "mine"}, 10.0)["experiment_id"]
        with served_cluster(World(double, is_instant=False), kubeconfig) as cluster:
            person = Person(
                double=double, experiment=kfp_experiment, folder=folder, patience_seconds=300.0
            )
            yield person, cluster


def test_a_form_brings_the_best_configuration_and_everything_to_look_at(place):
    person, cluster = place

    run_id = person.start("My first tuning!", run_best_configuration=True)
    run = person.ended(run_id)

    assert run["state"] == "SUCCEEDED", person.log(run_id)
    name = f"my-first-tuning-{run_id[:8]}"
    told, artifacts = person.outputs(run_id)
    status = cluster.experiments()[name]["status"]
    best = {p["name"]: float(p["value"]) for p in status["bestTrial"]["parameters"]}
    assert (told["experiment"], told["version"]) == (name, "one")
    assert dict(told["best"]) == pytest.approx(best)
    assert told["objective_value"] == pytest.approx(float(status["bestTrial"]["objective"]))
    assert artifacts["report"].type == "system.HTML"
    assert "Best so far" in person.content(artifacts["report"])
    assert person.content(artifacts["summary"]).startswith("# evaluate.metrics.score: ")
    figures = artifacts["metrics"].custom_properties
    assert figures["trials"].double_value == 2
    assert figures["seconds spent"].double_value > 0
    assert "best so far" in person.log(run_id)
    (again,) = person.runs(f"{name}-best")
    assert again.experiment_id == person.experiment
    assert again.arguments["threshold"] == 0.5
    assert {key: again.arguments[key] for key in best} == pytest.approx(best)
    assert EXPIRES not in cluster.experiments()[name]["metadata"].get("annotations", {})


def test_a_run_without_a_last_task_runs_nothing_more(place):
    person, _ = place

    run_id = person.start("Once", max_trials=1)

    assert person.ended(run_id)["state"] == "SUCCEEDED"
    assert person.runs(f"once-{run_id[:8]}-best") == []


def test_a_mistake_ends_the_run_with_a_message_and_leaves_nothing(place):
    person, cluster = place

    run_id = person.start("Mistaken", objective="judge.metrics.score", budget_seconds=0)

    assert person.ended(run_id)["state"] == "FAILED"
    assert "error: `budget_seconds`: 0 is below the least allowed" in person.log(run_id)
    assert "Traceback" not in person.log(run_id)
    assert not [name for name in cluster.experiments() if name.startswith("mistaken")]


def test_a_task_that_is_killed_and_started_again_goes_on_and_one_that_is_asked_to_end_suspends(
    place,
):
    person, cluster = place
    inputs = {**asdict(filled(**FORM)), "max_trials": 500}
    inputs |= {"run_id": "feedface-0000", "run_name": "Long"}
    command = [sys.executable, "-u", "-c", TASK, json.dumps(inputs)]
    environment = {**os.environ, "EEIPU_KFP_URL": person.double.url}

    def resource():
        return cluster.experiments()["long-feedface"]

    def trials():
        return resource()["status"].get("trials", {}).get("succeeded", 0)

    def begun(said):
        task = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert any(said in line for line in task.stdout)
        return task

    with begun("best so far") as first:
        first.send_signal(signal.SIGKILL)
    before = trials()
    with begun("goes on with experiment long-feedface") as second:
        person.wait(lambda: trials() > before)
        person.wait(lambda: EXPIRES in resource()["metadata"]["annotations"])
        second.send_signal(signal.SIGTERM)
        told = second.stdout.read()

    assert second.returncode == 143
    assert "terminated: experiment long-feedface is suspended" in told
    assert resource()["spec"]["suspend"] is True
    assert EXPIRES not in resource()["metadata"]["annotations"]
