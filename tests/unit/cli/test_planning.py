from dataclasses import replace

import pytest

from eeipu_kfp.cli.planning import StageTime, forecast, stage_times, stages_text
from eeipu_kfp.core.budget import Budget, Counted
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


def with_overhead(history, seconds):
    """The same trials, each of whose stages took some seconds beside its compute."""
    trials = tuple(
        replace(t, stages=tuple(replace(r, overhead_seconds=seconds) for r in t.stages))
        for t in history.trials
    )
    return replace(history, trials=trials)


def test_the_usual_time_of_a_stage_is_its_median(history):
    assert stage_times((), history) == {
        name: StageTime(seconds=seconds, overhead_seconds=0.0) for name, seconds in SECONDS.items()
    }


def test_every_stage_names_what_it_owns_reads_and_follows(opened, history):
    text = stages_text(opened, (), history).plain

    assert "prepare  60.0 s, cached for 0 configurations\n    owns    rows\n" in text
    assert "    reads   mode\n    follows prepare\n" in text


def test_the_forecast_counts_whole_trials_and_cheap_ones(opened, history):
    said = forecast(opened, (), history)

    assert "300.0 s" not in said
    assert "600 s, 5 min 00 s left" in said
    assert "about 100.0 s, so that is 3 whole trials, or 30 that run only `evaluate`" in said


def test_overhead_is_told_where_it_matters(opened, history):
    slow, quick = (with_overhead(history, seconds) for seconds in (20.0, 0.5))

    assert "evaluate  10.0 s and 20.0 s of overhead, cached" in stages_text(opened, (), slow).plain
    assert "takes about 100.0 s and 60.0 s of overhead, so that is 3" in forecast(opened, (), slow)
    assert forecast(opened, (), quick) == forecast(opened, (), history)


def test_a_budget_that_counts_overhead_is_good_for_fewer_trials(opened, history):
    budget = Budget(amount=600.0, counts=Counted.COMPUTE_AND_OVERHEAD)
    opened = replace(opened, experiment=replace(opened.experiment, budget=budget))

    said = forecast(opened, (), with_overhead(history, 20.0))

    assert "600 s, 2 min 00 s left" in said
    assert "so that is 1 whole trials, or 4 that run only `evaluate`" in said


def test_a_budget_in_money_is_told_in_money(opened, history):
    prices = {"prepare": 0.0, "train": 120.0, "evaluate": 360.0}
    budget = Budget(amount=20.0, prices=prices, currency="EUR")
    opened = replace(opened, experiment=replace(opened.experiment, budget=budget))

    said = forecast(opened, (), history)

    assert "budget: 20 EUR, 14 EUR left" in said
    assert "takes about 100.0 s and costs 2 EUR, so that is 7 whole trials, or 14" in said


def test_any_number_of_trials_can_run_a_free_stage(opened, history):
    budget = Budget(amount=20.0, prices={"prepare": 36.0, "train": 36.0, "evaluate": 0.0})
    opened = replace(opened, experiment=replace(opened.experiment, budget=budget))

    assert "any number that run only `evaluate`" in forecast(opened, (), history)


def test_without_a_trial_the_forecast_promises_nothing(opened, history):
    nothing = History(objective=history.objective)

    assert "known after the first one" in forecast(opened, (), nothing)
