import pytest

from eeipu_kfp.controller.api_server import ApiServerError
from eeipu_kfp.controller.conditions import (
    BY_SPEC,
    Reason,
    faulty,
    finished,
    reason_of,
    shown,
    tuning,
)
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.errors import (
    EeipuError,
    InvalidValueError,
    LedgerError,
    PipelineError,
    RunnerError,
    RunnerUnavailableError,
    SpecError,
    StoreError,
)

DONE = Stop(reason=StopReason.BUDGET_EXHAUSTED, message="all is spent")
FAILED = Stop(reason=StopReason.TOO_MANY_FAILED_TRIALS, message="5 trials failed")


def words(conditions):
    return {c.type: (c.holds, str(c.reason)) for c in conditions}


def plain(conditions):
    return [c.model_dump(mode="json", by_alias=True) for c in conditions]


def test_an_experiment_at_work_is_ready_and_not_complete():
    assert words(tuning(held_back=None)) == {
        "Ready": (True, "Tuning"),
        "Complete": (False, "Running"),
    }


def test_a_suspended_experiment_says_so():
    assert words(tuning(held_back=BY_SPEC))["Complete"] == (False, "Suspended")


def test_an_experiment_at_its_end_is_complete_for_the_reason_of_the_stop():
    assert words(finished(DONE)) == {
        "Ready": (True, "Finished"),
        "Complete": (True, "BudgetExhausted"),
    }


def test_an_experiment_that_failed_is_not_complete():
    assert words(finished(FAILED)) == {
        "Ready": (True, "Finished"),
        "Complete": (False, "TooManyFailedTrials"),
        "Failed": (True, "TooManyFailedTrials"),
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SpecError("x"), Reason.SPEC_INVALID),
        (InvalidValueError("x"), Reason.SPEC_INVALID),
        (PipelineError("x"), Reason.PIPELINE_INVALID),
        (RunnerError("x"), Reason.PIPELINE_INVALID),
        (RunnerUnavailableError("x"), Reason.PIPELINES_UNAVAILABLE),
        (LedgerError("x"), Reason.LEDGER_CONFLICT),
        (StoreError("x"), Reason.STORE_UNAVAILABLE),
        (ApiServerError("x"), Reason.WAITING),
        (EeipuError("x"), Reason.UNEXPECTED),
        (ZeroDivisionError("x"), Reason.UNEXPECTED),
    ],
    ids=lambda found: type(found).__name__,
)
def test_each_kind_of_error_has_a_reason(error, reason):
    assert reason_of(error) is reason


def test_a_fault_is_told_with_its_remedy_and_leaves_other_conditions_as_they_were():
    before = plain(shown(finished(FAILED), (), generation=1, now=0.0))

    found = faulty(StoreError("it is away", hint="wait"), before)

    assert found[0].message == "it is away; wait"
    assert words(found) == {
        "Ready": (False, "StoreUnavailable"),
        "Complete": (False, "TooManyFailedTrials"),
        "Failed": (True, "TooManyFailedTrials"),
    }


def test_a_fault_before_anything_was_shown_is_a_reason_not_to_be_complete():
    assert words(faulty(SpecError("x"), ()))["Complete"] == (False, "SpecInvalid")


def test_a_condition_keeps_its_time_until_it_turns():
    first = plain(shown(tuning(held_back=None), (), generation=1, now=100.0))

    second = plain(shown(tuning(held_back=BY_SPEC), first, generation=2, now=200.0))
    third = plain(shown(finished(DONE), second, generation=2, now=300.0))

    times = [[c["lastTransitionTime"][-3:-1] for c in found] for found in (first, second, third)]
    assert times == [["40", "40"], ["40", "40"], ["40", "00"]]
    assert [c["observedGeneration"] for c in second] == [2, 2]
