import csv
import json

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from eeipu_kfp.cluster.refusals import MissingError
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.export.document import document_of
from tests.unit.cluster.fake_cluster import COLLECTION, PROXY, condition, listed, resource
from tests.unit.export.conftest import of_case

DEMO = f"{COLLECTION}/demo"


def lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def journal(path, name):
    backend = JournalFileBackend(str(path))
    return optuna.load_study(study_name=name, storage=JournalStorage(backend))


@pytest.fixture
def tuned(call, rewrite, folder):
    """The small experiment after two trials, and the folder of its results."""
    rewrite(("maxTrials: 4", "maxTrials: 2"))
    call("run", "experiment.yaml", "--json")
    return folder / "eeipu-runs" / "small"


def test_an_experiment_of_this_machine_is_exported_beside_its_results(call, tuned):
    printed = call("export", "experiment.yaml", "--to", "csv").stdout
    trials = lines(tuned / "export" / "trials.csv")
    stage_runs = lines(tuned / "export" / "stage-runs.csv")

    assert printed.splitlines() == [
        "eeipu-runs/small/export/trials.csv",
        "eeipu-runs/small/export/stage-runs.csv",
    ]
    assert [row["trial"] for row in trials] == ["1", "2"]
    assert float(trials[0]["parameter.rate"]) >= 0.0
    assert [row["stage"] for row in stage_runs[:3]] == ["prepare", "train", "evaluate"]


def test_optuna_and_json_say_the_same_and_what_comes_next_is_told(call, tuned, folder):
    shown = call("export", "experiment.yaml", "--to", "optuna")
    call("export", "experiment.yaml", "--to", "json", "-o", "all.json")

    study = journal(tuned / "export" / "optuna.log", "small")
    document = json.loads((folder / "all.json").read_text())
    assert study.best_value == document["trials"][document["best"] - 1]["objective"]
    assert shown.stdout == "eeipu-runs/small/export/optuna.log\n"
    assert "optuna-dashboard eeipu-runs/small/export/optuna.log" in shown.stderr


def test_an_experiment_without_trials_has_an_export_too(call, folder):
    call("export", "experiment.yaml", "--to", "csv", "-o", "tables")

    assert lines(folder / "tables" / "trials.csv") == []


def test_an_experiment_on_a_cluster_is_exported_into_this_folder(call, cluster, folder):
    contents = of_case(trials=5)
    cluster.answers = {
        DEMO: resource(conditions=(condition("Ready", "True", "Tuning"),)),
        "/api/v1/services": listed("eeipu-kfp"),
        f"{PROXY}/experiments/demo/export": document_of(contents),
    }

    call("export", "demo", "--to", "json")
    call("export", "demo", "--to", "optuna", "-o", "study.log")

    document = json.loads((folder / "demo-export" / "experiment.json").read_text())
    assert document == json.loads(json.dumps(document_of(contents)))
    assert len(journal(folder / "study.log", "stacking-auroc").trials) == 5


def test_a_controller_without_exports_is_told_from_a_missing_experiment(call, cluster):
    cluster.answers = {DEMO: resource(), "/api/v1/services": listed("eeipu-kfp")}

    with pytest.raises(MissingError, match="older than this command"):
        call("export", "demo", "--to", "csv")
    cluster.answers[COLLECTION] = listed("demo")
    with pytest.raises(MissingError, match="did you mean"):
        call("export", "deno", "--to", "csv")


def test_the_form_must_be_named(call):
    assert "--to" in call("export", "experiment.yaml", code=2).output
    assert "'xlsx' is not one of" in call("export", "x.yaml", "--to", "xlsx", code=2).output


def test_a_folder_for_one_file_is_an_error(call, folder):
    with pytest.raises(InvalidValueError, match="is a folder"):
        call("export", "experiment.yaml", "--to", "json", "-o", ".")
