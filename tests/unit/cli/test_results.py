import io

import pytest
from rich.console import Console

from eeipu_kfp.cli import results
from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.local.opening import open_experiment

STOP = Stop(reason=StopReason.BUDGET_EXHAUSTED, message="all is spent")


@pytest.fixture
def opened(folder):
    return open_experiment(folder / "experiment.yaml", folder / "runs")


@pytest.fixture
def terminal(monkeypatch):
    console = Console(file=io.StringIO(), width=100)
    monkeypatch.setattr(results, "out", lambda: console)
    return console.file


@pytest.fixture
def result(opened):
    cached = StageRecord(stage="prepare", outcome=StageOutcome.CACHED, saved_seconds=62.6)
    ran = StageRecord(stage="train", outcome=StageOutcome.EXECUTED, seconds=78.4)
    good = Trial(
        number=1,
        configuration=Configuration({"rate": 0.25, "rows": 20}),
        state=TrialState.SUCCEEDED,
        stages=(cached, ran),
        objective=0.875,
    )
    bad = Trial(
        number=2,
        configuration=Configuration({"rate": 0.5, "rows": 20}),
        state=TrialState.FAILED,
        failure=Failure(message="boom [bold]", stage="train"),
    )
    trials = History(objective=opened.experiment.objective, trials=(good, bad))
    return opened.result(trials, STOP)


def test_the_end_shows_the_best_the_savings_and_the_reason(opened, result, terminal):
    results.show(opened, result)

    printed = terminal.getvalue()
    assert "evaluate.metrics.score 0.875 (trial 1)" in printed
    assert "rate" in printed
    assert "0.25" in printed
    assert "1 of 2 stage runs came from the cache, 63 s of 141 s saved" in printed
    assert "ended: all is spent" in printed
    assert "report:" not in printed


def test_every_trial_is_listed_with_what_it_reused_or_why_it_failed(result, terminal):
    results.trials_table(result)

    lines = terminal.getvalue().splitlines()
    assert len(lines) == 3
    assert "prepare" in lines[1]
    assert "boom [bold]" in lines[2]
