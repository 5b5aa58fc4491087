import pytest

from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration

TRIAL = Trial(
    number=1,
    configuration=Configuration({"a": 1}),
    stages=(
        StageRecord(stage="s1", outcome=StageOutcome.CACHED, saved_seconds=4.0),
        StageRecord(stage="s2", outcome=StageOutcome.EXECUTED, seconds=2.0, overhead_seconds=9.0),
        StageRecord(stage="s3", outcome=StageOutcome.FAILED, seconds=0.5),
    ),
)


@pytest.mark.parametrize(
    ("state", "terminal"),
    [
        (TrialState.PENDING, False),
        (TrialState.RUNNING, False),
        (TrialState.SUCCEEDED, True),
        (TrialState.FAILED, True),
        (TrialState.STOPPED, True),
    ],
)
def test_a_trial_is_over_once_it_has_succeeded_failed_or_stopped(state, terminal):
    assert state.is_terminal is terminal


def test_a_trial_spends_compute_time_but_no_overhead():
    assert TRIAL.spent_seconds == 2.5


def test_a_trial_knows_its_overhead():
    assert TRIAL.overhead_seconds == 9.0


def test_a_trial_saves_what_its_cached_stages_would_have_taken():
    assert TRIAL.saved_seconds == 4.0


def test_a_stage_is_found_once_it_has_ended():
    assert TRIAL.stage("s2") is TRIAL.stages[1]
    assert TRIAL.stage("s4") is None


def test_cached_stages_are_named():
    assert TRIAL.cached_stages == ("s1",)


def test_a_new_trial_is_pending_and_has_cost_nothing():
    trial = Trial(number=1, configuration=Configuration({}))

    assert trial.state is TrialState.PENDING
    assert (trial.spent_seconds, trial.saved_seconds) == (0, 0)


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (Failure(message="boom"), "boom"),
        (Failure(message="boom", stage="train"), "stage `train`: boom"),
        (Failure(message="stage `train` went boom", stage="train"), "stage `train` went boom"),
    ],
    ids=["no stage", "stage", "stage in the message"],
)
def test_a_failure_names_its_stage_once(failure, sentence):
    assert failure.sentence == sentence
