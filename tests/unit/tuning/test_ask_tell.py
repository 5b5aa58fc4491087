import pytest

from eeipu_kfp import AskTell, Categorical, Float, Int
from eeipu_kfp.core.suggestion import Stop, StopReason, Suggestion
from eeipu_kfp.core.trial import StageOutcome, TrialState
from eeipu_kfp.errors import InvalidValueError

STAGES = {"prepare": ["bins"], "train": ["rate"]}
SPACE = {"bins": Int(2, 9), "rate": Float(1e-4, 1e-1, log=True)}


@pytest.fixture
def tuner():
    return AskTell(stages=STAGES, space=SPACE, budget_seconds=1000.0, designer="random")


def test_what_was_asked_is_told_back(tuner):
    suggestion = tuner.ask()
    assert isinstance(suggestion, Suggestion)
    assert tuner.trials[0].state is TrialState.RUNNING

    tuner.tell(suggestion.configuration, objective=0.9, seconds={"prepare": 40.0, "train": 9.0})

    (trial,) = tuner.trials
    assert trial.state is TrialState.SUCCEEDED
    assert trial.objective == 0.9
    assert trial.spent_seconds == 49.0


def test_a_stage_that_was_told_with_seconds_counts_as_cached_from_then_on(tuner):
    tuner.tell({"bins": 4, "rate": 0.01}, objective=0.5, seconds={"prepare": 40.0, "train": 9.0})
    tuner.tell({"bins": 4, "rate": 0.02}, objective=0.6, seconds={"train": 9.0})

    second = tuner.trials[1]
    assert second.stage("prepare").outcome is StageOutcome.CACHED
    assert second.spent_seconds == 9.0


def test_a_failed_trial_is_told_without_an_objective_and_is_not_asked_again():
    space = {"bins": Int(2, 3), "rate": Categorical((0.1,))}
    tuner = AskTell(stages=STAGES, space=space, budget_seconds=1e6, designer="random")

    asked = [tuner.ask() for _ in range(2)]
    for suggestion in asked:
        tuner.tell(suggestion.configuration, objective=None, seconds={"prepare": 1.0})

    answer = tuner.ask()
    assert {s.configuration["bins"] for s in asked} == {2, 3}
    assert isinstance(answer, Stop)
    assert answer.reason is StopReason.SPACE_EXHAUSTED
    assert {t.state for t in tuner.trials} == {TrialState.FAILED}


def test_a_spent_budget_ends_the_suggestions(tuner):
    for rate in (0.01, 0.02, 0.03):
        tuner.tell({"bins": 4, "rate": rate}, objective=0.5, seconds={"prepare": 300, "train": 33})

    answer = tuner.ask()

    assert isinstance(answer, Stop)
    assert answer.reason is StopReason.BUDGET_EXHAUSTED


def test_two_with_the_same_past_ask_the_same():
    def asked():
        tuner = AskTell(stages=STAGES, space=SPACE, budget_seconds=1000.0, seed=3)
        for number in range(4):
            answer = tuner.ask()
            seconds = {"prepare": 5.0, "train": 1.0}
            tuner.tell(answer.configuration, objective=number / 10, seconds=seconds)
        return [trial.configuration for trial in tuner.trials]

    assert asked() == asked()


@pytest.mark.parametrize(
    ("configuration", "seconds", "words"),
    [
        ({"bins": 4}, {}, "no configuration of the space"),
        ({"bins": 400, "rate": 0.01}, {}, "no configuration of the space"),
        ({"bins": 4, "rate": 0.01}, {"trian": 1.0}, "`trian` is no stage"),
    ],
    ids=["incomplete", "outside", "stage"],
)
def test_bad_news_are_refused_and_change_nothing(tuner, configuration, seconds, words):
    with pytest.raises(InvalidValueError, match=words):
        tuner.tell(configuration, objective=0.5, seconds=seconds)

    assert tuner.trials == ()
