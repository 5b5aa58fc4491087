import pytest
from pydantic import ValidationError

from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.experiment.resources import status_document
from eeipu_kfp.experiment.status import (
    MOST_RECENT_TRIALS,
    BestTrial,
    Condition,
    ParameterValue,
    RecentTrial,
    Status,
)


def recent(number):
    return RecentTrial(
        number=number,
        state=TrialState.FAILED,
        spent_seconds=1e8 / 3,
        saved_seconds=1e8 / 3,
        run="r" * 300,
        message="m" * 2000,
    )


def test_the_largest_status_stays_small():
    status = Status(
        conditions=tuple(
            Condition(
                type=f"T{number}",
                status="Unknown",
                last_transition_time="2026-03-04T12:00:00Z",
                reason="R" * 30,
                message="m" * 5000,
            )
            for number in range(8)
        ),
        best_trial=BestTrial(
            number=1,
            objective=0.5,
            parameters=tuple(
                ParameterValue(name=f"{number}", value="v" * 5000) for number in range(100)
            ),
        ),
        recent_trials=tuple(map(recent, range(MOST_RECENT_TRIALS))),
    )

    assert len(str(status_document(status))) < 64_000


def test_more_trials_than_a_status_shows_are_refused():
    with pytest.raises(ValidationError, match="at most 10 items"):
        Status(recent_trials=tuple(map(recent, range(MOST_RECENT_TRIALS + 1))))


def test_conditions_come_first():
    assert next(iter(Status.model_fields)) == "conditions"
