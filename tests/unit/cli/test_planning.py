import pytest

from eeipu_kfp.cli.planning import forecast, stage_seconds, stages_text
from eeipu_kfp.core.history import History
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.local.opening import open_experiment

SECONDS = {"prepare": 60.0, "train": 30.0, "evaluate": 10.0}


@pytest.fixture
def opened(folder):
    return open_experiment(folder / "experiment.yaml", folder / "runs")


@pytest.fixture
def history(opened):
    def trial(number, factor):
        records = tuple(
            StageRecord(stage=name, outcome=StageOutcome.EXECUTED, seconds=factor * seconds)
            for name, seconds in SECONDS.items()
        )
        return Trial(number=number, configuration=Configuration({}), stages=records)

    trials = (trial(1, 0.5), trial(2, 1.0), trial(3, 1.5))
    return History(objective=opened.experiment.objective, trials=trials)


def test_the_usual_time_of_a_stage_is_its_median(history):
    assert stage_seconds((), history) == SECONDS


def test_every_stage_names_what_it_owns_reads_and_follows(opened, history):
    text = stages_text(opened, (), history).plain

    assert "prepare  60.0 s, cached for 0 configurations\n    owns    rows\n" in text
    assert "    reads   mode\n    follows prepare\n" in text


def test_the_forecast_counts_whole_trials_and_cheap_ones(opened, history):
    said = forecast(opened, (), history)

    assert "300.0 s" not in said
    assert "600 s, 5 min 00 s left" in said
    assert "about 100.0 s, so that is 3 whole trials, or 30 that run only `evaluate`" in said


def test_without_a_trial_the_forecast_promises_nothing(opened, history):
    nothing = History(objective=history.objective)

    assert "known after the first one" in forecast(opened, (), nothing)
