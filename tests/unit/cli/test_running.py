import json

import pytest

from eeipu_kfp.errors import BusyError, LedgerError, SpecError
from eeipu_kfp.local.workspace import Workspace


def test_run_tunes_and_says_what_was_found_and_saved(call, folder):
    printed = call("run", "experiment.yaml")

    assert "evaluate.metrics.score" in printed.stdout
    assert "of 12 stage runs came from the cache" in printed.stdout
    assert "report: eeipu-runs/small/report.html" in printed.stdout
    assert (folder / "eeipu-runs/small/report.html").exists()


def test_a_budget_in_money_is_told_in_money(call, rewrite):
    stages = ("prepare", "train", "evaluate")
    prices = "".join(f"{{name: {name}, perHour: 36000000}}, " for name in stages)
    rewrite(("seconds: 600", f"money: {{amount: 1, currency: EUR, prices: [{prices}]}}"))

    printed = call("run", "experiment.yaml").stdout

    assert "the budget of 1 EUR is smaller than one trial" in printed
    assert "of 1 EUR spent" in printed
    assert "of 1 EUR spent" in call("status", "experiment.yaml").stdout


def test_run_with_json_prints_one_document_and_nothing_else(call):
    printed = call("run", "experiment.yaml", "--json")

    document = json.loads(printed.stdout)
    assert set(document) == {
        "best",
        "trials",
        "failed",
        "spentSeconds",
        "savedSeconds",
        "stageRuns",
        "stageHits",
        "stop",
        "report",
    }
    assert set(document["best"]) == {"trial", "objective", "configuration"}
    assert document["trials"] == 4
    assert document["stageRuns"] == 12
    assert printed.stderr == ""


def test_a_second_run_of_a_finished_experiment_runs_nothing(call):
    first = json.loads(call("run", "experiment.yaml", "--json").stdout)

    again = json.loads(call("run", "experiment.yaml", "--json").stdout)

    assert again == first


def test_more_trials_go_on_where_fewer_have_ended(call, rewrite):
    call("run", "experiment.yaml", "--json")
    rewrite(("maxTrials: 4", "maxTrials: 5"))

    again = json.loads(call("run", "experiment.yaml", "--json").stdout)

    assert again["trials"] == 5


def test_failing_trials_are_told_with_stage_and_reason_and_fail_the_experiment(call, rewrite):
    rewrite(
        ("  budget:", "  arguments: [{name: mode, value: crash}]\n  budget:"),
        ("maxTrials: 4", "maxFailedTrials: 2"),
    )

    printed = call("run", "experiment.yaml", code=1)

    assert "stage `train` exited with code 1" in printed.stderr
    assert "2 trials failed; the last one: stage `train` exited" in printed.stdout


def test_a_trial_without_a_finite_objective_fails(call, rewrite):
    rewrite(
        ("  budget:", "  arguments: [{name: mode, value: nan}]\n  budget:"),
        ("maxTrials: 4", "maxFailedTrials: 1"),
    )

    printed = call("run", "experiment.yaml", code=1)

    assert "stage `evaluate` put out a NaN or an infinity" in printed.stdout


def test_a_changed_experiment_of_the_same_name_is_refused_and_loses_nothing(call, rewrite):
    call("run", "experiment.yaml", "--json")
    rewrite(('max: "1.0"', 'max: "2.0"'))

    with pytest.raises(LedgerError, match="differs in `parameters`"):
        call("run", "experiment.yaml")

    rewrite()
    assert json.loads(call("status", "experiment.yaml", "--json").stdout)["trials"] == 4


def test_a_second_process_on_the_same_experiment_is_refused(call, folder):
    with (
        Workspace(folder=folder / "eeipu-runs/small").locked(),
        pytest.raises(BusyError, match=r"process .* is tuning in"),
    ):
        call("run", "experiment.yaml")


def test_bad_input_writes_nothing(call, rewrite, folder):
    rewrite(("rate", "speed"))

    with pytest.raises(SpecError, match="speed"):
        call("run", "experiment.yaml")

    assert not (folder / "eeipu-runs").exists()


def test_status_lists_the_trials_and_the_best_of_them(call):
    call("run", "experiment.yaml", "--json")

    printed = call("status", "experiment.yaml").stdout

    assert printed.count("Succeeded") == 4
    assert "best" in printed
    assert "ended: all 4 trials have been started" in printed


def test_status_of_an_experiment_that_has_not_begun_says_so(call):
    assert "no trial has come to an objective yet" in call("status", "experiment.yaml").stdout


def test_report_writes_the_page_where_it_is_told(call, folder):
    call("run", "experiment.yaml", "--json")

    printed = call("report", "experiment.yaml", "-o", "page.html").stdout

    assert printed.strip() == "page.html"
    assert "<html" in (folder / "page.html").read_text()
