import pytest

from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.trial import Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import LedgerError
from eeipu_kfp.tuning.ledger import ObjectLedger

IDENTITY = {"name": "e", "objective": {"metric": "a.b"}, "salt": ""}


@pytest.fixture
def store():
    return MemoryStore()


def trial(number, state=TrialState.PENDING):
    return Trial(number=number, configuration=Configuration({"x": number}), state=state)


def test_trials_come_back_by_number_with_their_handles(store):
    ledger = ObjectLedger(store)
    for number in (2, 1, 10):
        ledger.append(trial(number), handle=f"run-{number}")

    loaded = ObjectLedger(store).load()

    assert [(t.number, handle) for t, handle in loaded] == [
        (1, "run-1"),
        (2, "run-2"),
        (10, "run-10"),
    ]


def test_a_later_append_replaces_the_earlier_one(store):
    ledger = ObjectLedger(store)
    ledger.append(trial(1))
    ledger.append(trial(1, TrialState.RUNNING), handle="run")

    assert ledger.load() == ((trial(1, TrialState.RUNNING), "run"),)


def test_a_ledger_is_claimed_by_one_experiment_for_good(store):
    ObjectLedger(store).claim(IDENTITY)
    ObjectLedger(store).claim(IDENTITY)

    with pytest.raises(LedgerError, match=r"differs in `objective`, `salt`") as caught:
        ObjectLedger(store).claim({**IDENTITY, "objective": {}, "salt": "x"})

    assert "another name" in caught.value.hint
    assert ObjectLedger(store).identity == IDENTITY


def test_an_end_is_remembered_until_the_experiment_goes_on(store):
    ledger = ObjectLedger(store)
    assert ledger.end is None

    ledger.close({"reason": "BudgetExhausted", "message": "m"})
    assert ObjectLedger(store).end == {"reason": "BudgetExhausted", "message": "m"}

    ledger.reopen()
    assert ObjectLedger(store).end is None


def test_a_damaged_experiment_document_is_an_error(store):
    store.put("experiment.json", b"{")

    with pytest.raises(LedgerError, match=r"experiment\.json"):
        ObjectLedger(store).claim(IDENTITY)
