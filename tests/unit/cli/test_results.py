import io

import pytest
from rich.console import Console

from eeipu_kfp.cli import results


@pytest.fixture
def terminal(monkeypatch):
    console = Console(file=io.StringIO(), width=100)
    monkeypatch.setattr(results, "out", lambda: console)
    return console.file


def trial(number, state, **told):
    row = {"trial": number, "state": state, "objective": None, "cached": [], "failure": None}
    return {**row, "spent_seconds": 0.0, "saved_seconds": 0.0, "configuration": {}, **told}


def document(**changes):
    best = {"trial": 1, "objective": 0.875, "configuration": {"rate": 0.25, "rows": 20}}
    return {
        "best": best,
        "spentSeconds": 78.4,
        "savedSeconds": 62.6,
        "stageRuns": 2,
        "stageHits": 1,
        "trialList": [
            trial(1, "Succeeded", objective=0.875, cached=["prepare"]),
            trial(2, "Failed", failure="boom [bold]"),
        ],
        **changes,
    }


def test_the_end_shows_the_best_the_savings_and_the_reason(terminal):
    results.show(document(), metric="evaluate.score", ended="all [bold] is spent", report=None)

    printed = terminal.getvalue()
    assert "evaluate.score 0.875 (trial 1)" in printed
    assert "rate" in printed
    assert "0.25" in printed
    assert "1 of 2 stage runs came from the cache, 63 s of 141 s saved" in printed
    assert "ended: all [bold] is spent" in printed
    assert "report:" not in printed


def test_before_the_first_objective_there_is_no_best(terminal):
    results.show(document(best=None), metric="m", ended=None, report="r.html")

    printed = terminal.getvalue()
    assert "no trial has come to an objective yet" in printed
    assert "ended" not in printed
    assert "report: r.html" in printed


def test_savings_do_without_a_total_that_is_not_known():
    said = results.savings(document(spentSeconds=None))

    assert said == "1 of 2 stage runs came from the cache, 63 s saved"


def test_every_trial_is_listed_with_what_it_reused_or_why_it_failed(terminal):
    results.trials_table(document())

    lines = terminal.getvalue().splitlines()
    assert len(lines) == 3
    assert "prepare" in lines[1]
    assert "boom [bold]" in lines[2]
