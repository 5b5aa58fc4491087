from dataclasses import replace

import pytest

from eeipu_kfp.cli.outlook import WHOLE_TRIALS, Outlook
from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.experiment import Algorithm
from eeipu_kfp.core.history import History
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.runners.simulated import three_stage_problem
from eeipu_kfp.search.designers import default_designer
from tests.simulation import three_stage_experiment

EARLY = {"prepare": 60.0, "train": 30.0, "evaluate": 10.0}
LATE = {"prepare": 1.0, "train": 4.0, "evaluate": 95.0}


def outlook(trials=(), **changes):
    experiment = three_stage_experiment(**{"budget": Budget(amount=10_000.0), **changes})
    shape = three_stage_problem().pipeline.shape
    return Outlook(
        experiment=experiment,
        pipeline=shape,
        cached=CachedStages(shape, tuple(experiment.space)),
        history=History(objective=experiment.objective, trials=trials),
    )


def trial(number, **seconds):
    records = tuple(
        StageRecord(stage=stage, outcome=StageOutcome.EXECUTED, seconds=taken)
        for stage, taken in seconds.items()
    )
    return Trial(number=number, configuration=Configuration({}), stages=records)


def test_where_early_stages_cost_most_many_more_trials_are_foreseen():
    said = outlook().priced(EARLY, EARLY)

    assert said.startswith("with the cache it should be 2.")
    assert "times as many (give or take a quarter), so about " in said
    assert "trials if they cost what they did so far: " in said
    assert "`prepare`, 60 % of the cost, would run in" in said


def test_where_the_last_stage_costs_most_the_cache_is_said_to_be_of_no_help():
    said = outlook().priced(LATE, LATE)

    assert said.startswith("most of the cost (95 %) is in `evaluate`")
    assert said.endswith("the cache will hardly help")


def test_more_is_not_promised_than_was_ever_checked():
    steep = {"prepare": 9000.0, "train": 90.0, "evaluate": 1.0}

    said = outlook(budget=Budget(amount=1e6)).priced(steep, steep)

    assert said.startswith("with the cache it should be more than 4 times as many: `prepare`")


def test_the_forecast_falls_with_what_is_spent():
    fresh = outlook().priced(EARLY, EARLY)
    later = outlook(tuple(trial(n, **EARLY) for n in range(1, 60))).priced(EARLY, EARLY)

    assert count(later) < 0.6 * count(fresh)


def count(said):
    return int(said.partition("so about ")[2].partition(" ")[0])


def test_overhead_that_is_not_charged_is_weighed():
    slow = {**EARLY, "prepare": 500.0}

    assert count(outlook().priced(EARLY, slow)) > count(outlook().priced(EARLY, EARLY))


def test_before_anything_ran_only_the_shape_can_say_anything():
    said = outlook().unpriced()

    assert said.startswith("if all stages cost the same, the cache should make about 1.7 times")


@pytest.mark.parametrize("name", ["random", "ei"])
def test_a_search_that_does_not_know_the_cache_is_promised_nothing(name):
    blind = outlook(algorithm=Algorithm(name=name))

    assert blind.priced(EARLY, EARLY) == blind.unpriced()
    assert f"`{name}` does not look for what is cached" in blind.unpriced()


def test_nothing_is_said_where_not_one_trial_is_left():
    assert outlook(budget=Budget(amount=50.0)).priced(EARLY, EARLY) == ""


def test_a_longer_warm_up_leaves_fewer_trials_to_the_search():
    short, long = (
        count(outlook(algorithm=Algorithm(warm_up_trials=n)).priced(EARLY, EARLY)) for n in (2, 100)
    )

    assert long < short


def test_hits_that_are_charged_leave_fewer_trials():
    hit = StageRecord(stage="prepare", outcome=StageOutcome.CACHED, overhead_seconds=20.0)
    seen = (replace(trial(1, train=15.0), stages=(hit,)),)
    from eeipu_kfp.core.budget import Counted

    free, charged = (
        outlook(seen, budget=Budget(amount=10_000.0, counts=counts)) for counts in Counted
    )

    assert count(charged.priced(EARLY, EARLY)) < count(free.priced(EARLY, EARLY))


def test_the_warm_up_is_as_long_as_that_of_the_search():
    assert default_designer().warm_up.full == WHOLE_TRIALS
