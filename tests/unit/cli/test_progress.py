import io

import pytest
from rich.console import Console

from eeipu_kfp.cli import progress
from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import Suggestion
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.tuning.events import (
    StageEnded,
    TrialEnded,
    TrialLaunched,
    TrialSuggested,
    TrialWaiting,
)
from tests.simulation import three_stage_experiment

EXPERIMENT = three_stage_experiment()
VALUES = Configuration({"fraction": 0.5, "rate": 0.5, "threshold": 0.5})
CACHED = StageRecord(stage="prepare", outcome=StageOutcome.CACHED, saved_seconds=90.0)
RAN = StageRecord(stage="train", outcome=StageOutcome.EXECUTED, seconds=40.0)


@pytest.fixture
def terminal(monkeypatch):
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    monkeypatch.setattr(progress, "err", lambda: console)
    return console


@pytest.fixture
def view(terminal):
    return progress.ProgressView(EXPERIMENT, History(objective=EXPERIMENT.objective))


def drawn(console, picture):
    with console.capture() as captured:
        console.print(picture)
    return captured.get()


def suggested(number=1):
    trial = Trial(number=number, configuration=VALUES)
    suggestion = Suggestion(
        configuration=VALUES, to_run=("train",), expected_cost=40.0, reason="reuses prepare"
    )
    return trial, TrialSuggested(trial=trial, suggestion=suggestion)


def test_a_running_trial_shows_its_stage_and_why_it_was_chosen(view, terminal):
    trial, event = suggested()
    view(event)
    view(TrialLaunched(trial=trial, to_run=("train", "evaluate")))

    assert "runs train" in drawn(terminal, view.picture())
    assert "reuses prepare" in drawn(terminal, view.picture())

    view(StageEnded(trial=trial, record=RAN))

    assert "runs evaluate" in drawn(terminal, view.picture())
    assert "40 of 2000 s spent" in drawn(terminal, view.picture())


def test_money_is_spent_by_the_price_of_each_stage(terminal):
    prices = {"prepare": 0.0, "train": 9.0, "evaluate": 0.0}
    experiment = three_stage_experiment(budget=Budget(amount=5, prices=prices, currency="EUR"))
    view = progress.ProgressView(experiment, History(objective=experiment.objective))
    trial, event = suggested()
    view(event)
    view(TrialLaunched(trial=trial, to_run=("train", "evaluate")))
    view(StageEnded(trial=trial, record=RAN))

    assert "0.1 of 5 EUR spent" in drawn(terminal, view.picture())


def test_a_waiting_trial_says_what_for(view, terminal):
    trial, event = suggested()
    view(event)
    view(TrialWaiting(trial=trial, stage="prepare"))

    assert "waits for prepare, which another trial computes" in drawn(terminal, view.picture())


def test_a_finished_trial_becomes_a_line_with_what_it_cost_and_reused(view, terminal):
    _, event = suggested()
    view(event)
    done = Trial(
        number=1,
        configuration=VALUES,
        state=TrialState.SUCCEEDED,
        stages=(CACHED, RAN),
        objective=0.5,
    )
    view(TrialEnded(trial=done, history=History(objective=EXPERIMENT.objective, trials=(done,))))

    line = terminal.file.getvalue()
    assert "0.5" in line
    assert "40.0 s" in line
    assert "cached: prepare" in line
    assert "best so far" in line
    assert "90.0 s saved" in drawn(terminal, view.picture())


def test_a_failed_trial_says_where_and_why(view, terminal):
    failed = Trial(
        number=2,
        configuration=VALUES,
        state=TrialState.FAILED,
        failure=Failure(message="boom", stage="train"),
    )

    history = History(objective=EXPERIMENT.objective, trials=(failed,))
    view(TrialEnded(trial=failed, history=history))

    assert "stage `train`: boom" in terminal.file.getvalue()
    assert "Failed" in terminal.file.getvalue()


def test_going_on_says_after_how_many_trials(terminal):
    done = Trial(number=1, configuration=VALUES, state=TrialState.SUCCEEDED, objective=0.5)

    progress.ProgressView(EXPERIMENT, History(objective=EXPERIMENT.objective, trials=(done,)))

    assert "going on after 1 trials" in terminal.file.getvalue()
