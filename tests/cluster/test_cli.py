"""The commands for a cluster on a real API server; no controller is needed."""

import json
import os
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from eeipu_kfp.cli import console
from eeipu_kfp.cli.main import eeipu
from eeipu_kfp.cluster.refusals import ClusterError, ForbiddenError
from eeipu_kfp.errors import EeipuError, SpecError
from tests.small_pipeline import EXPERIMENT, write

pytestmark = pytest.mark.cluster

DEFINITION = Path(__file__).parents[2] / "manifests/crd/tuningexperiments.yaml"
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "eeipu-kfp", "labels": {"app.kubernetes.io/name": "eeipu-kfp"}},
    "spec": {"selector": {"app": "none"}, "ports": [{"name": "http", "port": 8080}]},
}
"""The service of a controller that is not there."""
TRIAL = {"number": 1, "state": "Succeeded", "spentSeconds": "590.5", "savedSeconds": "62.5"}
NOON = "2026-03-04T12:00:00Z"


@pytest.fixture(scope="module", autouse=True)
def definition(kubectl):
    """Make sure that the cluster knows what an experiment is."""
    kubectl("apply", "-f", str(DEFINITION))
    kubectl("wait", "--for=condition=Established", "--timeout=300s", "-f", str(DEFINITION))


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("experiment")
    write(folder)
    return folder


@pytest.fixture
def write_experiment(sources):
    """Write the experiment with some words replaced; return its file."""

    def rewrite(*changes):
        text = EXPERIMENT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = sources / "experiment.yaml"
        file.write_text(text)
        return file

    return rewrite


@pytest.fixture
def call(namespace):
    """Give a command in the namespace; return what it printed, or let its error through."""

    def invoke(*words, kubeconfig=None):
        console.out.cache_clear()
        console.err.cache_clear()
        env = {"KUBECONFIG": str(kubeconfig or os.environ["KUBECONFIG"])}
        result = CliRunner().invoke(eeipu, [*map(str, words), "-n", namespace], env=env)
        console.out.cache_clear()
        console.err.cache_clear()
        if isinstance(result.exception, EeipuError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result

    return invoke


@pytest.fixture
def stranger(kubectl, namespace, tmp_path):
    """A kubeconfig of a service account without any rights."""
    kubectl("create", "serviceaccount", "stranger", "-n", namespace)
    token = kubectl("create", "token", "stranger", "-n", namespace).strip()
    config = yaml.safe_load(kubectl("config", "view", "--raw", "--minify", "--flatten"))
    config["users"] = [{"name": config["users"][0]["name"], "user": {"token": token}}]
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    return file


def spec_of(kubectl, namespace):
    return json.loads(kubectl("get", "tune", "small", "-n", namespace, "-o", "json"))["spec"]


def show(kubectl, namespace, **status):
    """Write a status, as a controller would."""
    patch = json.dumps({"status": status})
    target = ("tune", "small", "-n", namespace, "--subresource=status")
    kubectl("patch", *target, "--type=merge", f"--patch={patch}")


def condition(kind, holds, reason, message=""):
    told = {"type": kind, "status": holds, "reason": reason, "message": message}
    return {**told, "lastTransitionTime": NOON}


def test_an_experiment_is_created_changed_and_left_alone(
    call, kubectl, namespace, write_experiment
):
    created = call("apply", write_experiment()).stdout
    again = call("apply", write_experiment()).stdout
    raised = call("apply", write_experiment(("seconds: 600", "seconds: 900"))).stdout

    assert [line.split()[2] for line in (created, again, raised)] == [
        "created",
        "unchanged",
        "changed",
    ]
    spec = spec_of(kubectl, namespace)
    assert spec["budget"]["seconds"] == 900
    assert "deploymentSpec" in spec["pipeline"]["inline"]


def test_a_dry_run_asks_the_cluster_and_changes_nothing(call, kubectl, namespace, write_experiment):
    said = call("apply", write_experiment(), "--dry-run").stdout

    assert "would be created" in said
    assert kubectl("get", "tune", "-n", namespace, "-o", "name") == ""


def test_a_change_that_the_cluster_refuses_is_said_in_its_words(call, write_experiment):
    call("apply", write_experiment())

    with pytest.raises(ClusterError) as caught:
        call("apply", write_experiment(("seconds: 600", "seconds: 500"), ("random}", "ei}")))

    lines = caught.value.message.splitlines()
    assert lines[0] == "the cluster refuses the experiment:"
    assert any(line.startswith("- `spec.budget") for line in lines)
    assert any(line.startswith("- `spec.algorithm") for line in lines)


def test_fields_that_kubectl_has_set_are_taken_over_by_force_only(
    call, kubectl, namespace, write_experiment
):
    call("apply", write_experiment())
    change = json.dumps({"spec": {"parallelTrials": 2}})
    kubectl("patch", "tune", "small", "-n", namespace, "--type=merge", f"--patch={change}")
    file = write_experiment(("  maxTrials: 4", "  maxTrials: 4\n  parallelTrials: 1"))

    with pytest.raises(ClusterError, match=r"`\.spec\.parallelTrials`.*--force"):
        call("apply", file)
    call("apply", file, "--force")

    assert spec_of(kubectl, namespace)["parallelTrials"] == 1


def test_a_namespace_that_is_not_there_is_said_to_be_missing(call, write_experiment):
    file = write_experiment(("{name: small}", "{name: small, namespace: nowhere-at-all}"))

    with pytest.raises(SpecError, match="leave one of them out"):
        call("apply", file)
    result = CliRunner().invoke(eeipu, ["apply", str(file)])
    assert isinstance(result.exception, ClusterError)
    assert "no namespace `nowhere-at-all`" in result.exception.message


def test_a_pipeline_in_a_config_map_is_checked_where_it_is(
    call, kubectl, namespace, sources, write_experiment
):
    source = "{configMapRef: {name: small, key: pipeline.yaml}}"
    changes = (("{path: pipeline.yaml}", source),)
    with pytest.raises(SpecError, match="no ConfigMap `small`"):
        call("apply", write_experiment(*changes))
    held = f"--from-file={sources / 'pipeline.yaml'}"
    kubectl("create", "configmap", "small", "-n", namespace, held)

    with pytest.raises(SpecError, match="did you mean `rate`"):
        call("apply", write_experiment(*changes, ("name: rate", "name: rat")))

    assert "created" in call("apply", write_experiment(*changes)).stdout


def test_what_one_may_not_do_is_said_with_the_role_to_ask_for(
    call, namespace, stranger, write_experiment
):
    who = f"`system:serviceaccount:{namespace}:stranger` may not"
    what = f"tuningexperiments.eeipu.dev in namespace `{namespace}`"

    with pytest.raises(ForbiddenError, match=f"{who} get {what}.*eeipu-kfp-view"):
        call("status", "small", kubeconfig=stranger)
    with pytest.raises(ForbiddenError, match=who):
        call("apply", write_experiment(), kubeconfig=stranger)


def test_credentials_that_are_not_known_are_said_to_be(call, stranger):
    text = stranger.read_text()
    config = yaml.safe_load(text)
    config["users"][0]["user"]["token"] = "made-up"
    stranger.write_text(yaml.safe_dump(config))

    with pytest.raises(ClusterError, match="does not accept these credentials"):
        call("status", "small", kubeconfig=stranger)


def test_a_misspelt_name_is_answered_with_the_nearest(call, write_experiment):
    call("apply", write_experiment())

    with pytest.raises(ClusterError, match="did you mean `small`"):
        call("status", "smal")


def test_before_a_controller_has_seen_it_the_status_says_so(call, write_experiment):
    call("apply", write_experiment())

    assert "no controller has taken it up yet" in call("status", "small").stdout


def test_without_a_controller_the_status_of_the_resource_is_shown(
    call, kubectl, namespace, write_experiment
):
    call("apply", write_experiment())
    kubectl("apply", "-n", namespace, "-f", "-", stdin=json.dumps(SERVICE))
    rate = {"name": "rate", "value": "0.25"}
    show(
        kubectl,
        namespace,
        conditions=[
            condition("Complete", "True", "BudgetExhausted", "the budget is spent"),
            condition("Ready", "True", "Finished"),
        ],
        trials={"total": 1, "succeeded": 1},
        bestTrial={"number": 1, "objective": "0.875", "parameters": [rate]},
        budget={"total": "600", "spent": "590.5", "remaining": "9.5"},
        cache={"stageRuns": 2, "hits": 1, "savedSeconds": "62.5"},
        recentTrials=[{**TRIAL, "objective": "0.875"}],
    )

    shown = call("status", "small", "--controller-namespace", namespace)
    asked = ("status", "small", "--json", "--controller-namespace", namespace)
    document = json.loads(call(*asked).stdout)

    assert "evaluate.metrics.score 0.875 (trial 1)" in shown.stdout
    assert "1 of 3 stage runs came from the cache, 62 s saved" in shown.stdout
    assert "ended: the budget is spent" in shown.stdout
    assert "budget: 590.5 of 600 s spent" in shown.stdout
    assert "the controller does not run at this moment" in shown.stderr
    assert document["best"]["configuration"] == {"rate": 0.25}
    assert [each["type"] for each in document["conditions"]] == ["Complete", "Ready"]


def test_without_a_controller_there_is_no_report(call, namespace, write_experiment):
    call("apply", write_experiment())

    with pytest.raises(ClusterError, match=f"no controller is in namespace `{namespace}`"):
        call("report", "small", "--controller-namespace", namespace)
