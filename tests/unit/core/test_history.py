import pytest

from eeipu_kfp.core.history import History
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration


def trial(number, state=TrialState.SUCCEEDED, objective=None, stages=()):
    return Trial(
        number=number,
        configuration=Configuration({"a": number}),
        state=state,
        objective=objective,
        stages=stages,
    )


def history(*trials, direction=Direction.MAXIMIZE):
    return History(objective=Objective(metric="s.m", direction=direction), trials=trials)


@pytest.mark.parametrize(
    ("direction", "best"), [(Direction.MAXIMIZE, 2), (Direction.MINIMIZE, 3)], ids=str
)
def test_the_best_trial_is_best_in_the_objectives_direction(direction, best):
    trials = (trial(1, objective=0.5), trial(2, objective=0.9), trial(3, objective=-0.1))

    assert history(*trials, direction=direction).best.number == best


def test_the_earliest_of_equals_is_best():
    assert history(trial(1, objective=0.5), trial(2, objective=0.5)).best.number == 1


def test_the_leading_trials_come_best_first_and_the_earlier_of_equals_first():
    trials = history(
        trial(1, objective=0.5),
        trial(2, TrialState.FAILED),
        trial(3, objective=0.9),
        trial(4, objective=0.5),
        direction=Direction.MINIMIZE,
    )

    assert [t.number for t in trials.leading(2)] == [1, 4]
    assert [t.number for t in trials.leading(9)] == [1, 4, 3]


def test_a_failed_trial_is_never_best():
    assert history(trial(1, TrialState.FAILED), trial(2, objective=-5.0)).best.number == 2


def test_there_is_no_best_before_the_first_value():
    assert history().best is None
    assert history(trial(1, TrialState.RUNNING)).best is None


def test_trials_are_told_apart_by_state():
    states = history(*(trial(n, state) for n, state in enumerate(TrialState, 1)))

    assert [t.number for t in states.active] == [1, 2]
    assert [t.number for t in states.failed] == [4]
    assert [t.number for t in states.in_state(TrialState.SUCCEEDED, TrialState.STOPPED)] == [3, 5]


def test_spent_and_saved_seconds_add_up_over_trials():
    ran = StageRecord(stage="s", outcome=StageOutcome.EXECUTED, seconds=2.0)
    hit = StageRecord(stage="s", outcome=StageOutcome.CACHED, saved_seconds=2.0)
    both = history(trial(1, stages=(ran,)), trial(2, TrialState.FAILED, stages=(hit, ran)))

    assert (both.spent_seconds, both.saved_seconds) == (4.0, 2.0)
