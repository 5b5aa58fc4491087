import pytest

from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.controller.ledger import (
    End,
    HandleLedger,
    Limits,
    limits_of,
    read_end,
    write_end,
)
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.tuning.ledger import ObjectLedger
from tests.simulation import three_stage_experiment
from tests.unit.controller.samples import trial

HELD = Limits(budget=100.0, max_trials=10, max_failed_trials=5)


@pytest.mark.parametrize(
    ("changed", "exceeds"),
    [
        ({}, False),
        ({"budget": 101.0}, True),
        ({"budget": 99.0}, False),
        ({"max_trials": 11}, True),
        ({"max_trials": None}, True),
        ({"max_trials": 9}, False),
        ({"max_failed_trials": 6}, True),
    ],
    ids=str,
)
def test_limits_exceed_others_where_any_allows_more(changed, exceeds):
    raised = Limits(**{"budget": 100.0, "max_trials": 10, "max_failed_trials": 5, **changed})

    assert raised.exceed(HELD) is exceeds


def test_no_limit_is_exceeded_by_none():
    held = Limits(budget=1.0, max_trials=None, max_failed_trials=5)

    assert not Limits(budget=1.0, max_trials=500, max_failed_trials=5).exceed(held)


def test_an_end_is_read_as_it_was_written():
    ledger = ObjectLedger(MemoryStore())
    assert read_end(ledger) is None
    end = End(
        stop=Stop(reason=StopReason.GOAL_REACHED, message="done"),
        finished_at=12.5,
        limits=limits_of(three_stage_experiment(max_trials=3)),
    )

    write_end(ledger, end)

    assert read_end(ledger) == end


def test_the_latest_run_of_each_trial_is_remembered():
    store = MemoryStore()
    ledger = HandleLedger(ObjectLedger(store))
    ledger.append(trial(1), handle="a")
    ledger.append(trial(1), handle="b")
    ledger.append(trial(2))
    again = HandleLedger(ObjectLedger(store))

    assert len(again.load()) == 2
    assert ledger.runs == again.runs == {1: "b"}
