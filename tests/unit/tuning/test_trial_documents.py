import json

import pytest

from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import LedgerError
from eeipu_kfp.tuning.trial_documents import decode, encode

RECORDS = (
    StageRecord(stage="a", outcome=StageOutcome.CACHED, saved_seconds=3.5),
    StageRecord(stage="b", outcome=StageOutcome.FAILED, seconds=1.0, started_at=12.0),
)
CONFIGURATION = Configuration({"x": 1.0, "n": 1, "b": True, "s": "a", "l": [1, {"k": 0.1}]})


@pytest.mark.parametrize(
    "trial",
    [
        Trial(number=1, configuration=CONFIGURATION),
        Trial(
            number=7,
            configuration=CONFIGURATION,
            state=TrialState.FAILED,
            stages=RECORDS,
            failure=Failure(message="boom", stage="b", log=("one", "two")),
            runs=2,
            is_warm_up=True,
            expected_cost=4.0,
            started_at=10.0,
            finished_at=13.0,
        ),
        Trial(number=8, configuration=CONFIGURATION, state=TrialState.SUCCEEDED, objective=-1e-12),
    ],
    ids=["pending", "failed", "succeeded"],
)
@pytest.mark.parametrize("handle", [None, "run-1"])
def test_a_trial_reads_back_as_it_was_written(trial, handle):
    again, again_handle = decode(encode(trial, handle=handle), name="t")

    assert again == trial
    assert again.configuration.canonical == trial.configuration.canonical
    assert again_handle == handle


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"schema": 1}'], ids=["empty", "cut", "list", "bare", "few"]
)
def test_a_damaged_document_is_named_in_the_error(data):
    with pytest.raises(LedgerError, match=r"trials/000001\.json"):
        decode(data, name="trials/000001.json")


def test_a_document_of_the_first_version_is_still_read():
    trial = Trial(number=1, configuration=CONFIGURATION, expected_cost=4.0)
    document = json.loads(encode(trial, handle=None))
    document["expected_seconds"] = document.pop("expected_cost")
    data = json.dumps({**document, "schema": 1}).encode()

    assert decode(data, name="t") == (trial, None)


def test_a_document_of_a_newer_version_is_refused_with_the_remedy():
    document = json.loads(encode(Trial(number=1, configuration=CONFIGURATION), handle=None))
    data = json.dumps({**document, "schema": 99}).encode()

    with pytest.raises(LedgerError, match="schema 99") as caught:
        decode(data, name="t")

    assert "version of eeipu-kfp" in caught.value.hint
