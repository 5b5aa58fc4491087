from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.trial import StageOutcome, StageRecord
from eeipu_kfp.search.stage_times import stage_times
from eeipu_kfp.search.tariff import Tariff
from tests.unit.search.tariffs import plain

EVERYTHING = np.ones(3, dtype=bool)
LAST = np.array([False, False, True])
BOTH = np.array([EVERYTHING, LAST])


def of(world, *trials, **changes):
    sample = world.sample(len(trials))
    records = [replace(t, stages=stages) for t, stages in zip(sample, trials, strict=True)]
    request = world.request(records, **changes)
    return Tariff.of(request, stage_times(request))


def ran(stage, seconds, overhead=0.0):
    return StageRecord(
        stage=stage, outcome=StageOutcome.EXECUTED, seconds=seconds, overhead_seconds=overhead
    )


def hit(overhead, stage="base"):
    return StageRecord(stage=stage, outcome=StageOutcome.CACHED, overhead_seconds=overhead)


@pytest.mark.parametrize(
    ("seconds", "hits", "expected"),
    [
        (None, [], 0.1),
        (100.0, [], 0.1),
        (1.0, [], 0.01),
        (100.0, [0.4, 0.2, 0.3], 0.4),
        (100.0, [0.0], 0.1),
    ],
    ids=["nothing known", "long trials", "short trials", "measured", "measured as nothing"],
)
def test_a_cached_stage_costs_its_overhead_and_never_nothing(wavy, seconds, hits, expected):
    executed = [] if seconds is None else [ran("prepare", seconds)]

    tariff = of(wavy, (*executed, *(hit(overhead) for overhead in hits)))

    assert tariff.overhead(LAST) + tariff.epsilons(LAST) == pytest.approx(2 * expected)


def test_hits_cost_what_they_do_together(wavy):
    """Of two stages left out, only the later one is read and costs an importer."""
    tariff = of(wavy, (hit(0.0, "prepare"), hit(7.0), ran("meta", 100.0)))

    assert tariff.overhead(LAST) == pytest.approx(7.0)


def test_the_overhead_of_a_stage_is_that_of_its_middle_execution(wavy):
    trials = [(ran("prepare", 1.0, overhead), ran("base", 1.0, 8.0)) for overhead in (9.0, 2.0, 4)]

    tariff = of(wavy, *trials)

    assert tariff.running.tolist() == [4.0, 8.0, 6.0]
    assert tariff.overhead(EVERYTHING) == pytest.approx(18.0)


@pytest.mark.parametrize("counts", Counted)
def test_overhead_is_charged_only_where_the_budget_counts_it(wavy, counts):
    tariff = of(wavy, (ran("prepare", 1.0, 20.0),), budget=Budget(amount=9.0, counts=counts))

    charged, rest = tariff.charged(BOTH), tariff.uncharged(BOTH)

    assert (charged + rest).tolist() == tariff.overhead(BOTH).tolist()
    assert (charged > 0).all() == (counts is Counted.COMPUTE_AND_OVERHEAD)
    assert (rest > 0).all() == (counts is Counted.COMPUTE)


def test_in_money_a_second_costs_its_price(wavy):
    prices = {"prepare": 36.0, "base": 3.6, "meta": 0.0}
    trial = (ran("prepare", 100.0, 10.0), ran("base", 100.0, 10.0), ran("meta", 100.0, 10.0))

    tariff = of(wavy, trial, budget=Budget(amount=1.0, prices=prices))

    assert tariff.weights.tolist() == pytest.approx([0.01, 0.001, 0.0])
    assert tariff.running.tolist() == pytest.approx([0.1, 0.01, 0.0])
    assert 0.0 < tariff.epsilon < 0.001


@given(
    running=st.lists(st.floats(0.0, 1e3), min_size=3, max_size=3),
    cached=st.floats(0.0, 1e2),
    runs=st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_overhead_adds_up_and_is_never_negative(running, cached, runs):
    tariff = plain(running=np.array(running), cached=cached)
    mask = np.array(runs)
    parts = [r if chosen else cached for r, chosen in zip(running, runs, strict=True)]

    assert tariff.overhead(mask) == pytest.approx(sum(parts))
    assert tariff.overhead(mask) >= 0.0
