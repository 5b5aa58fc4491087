from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import Trial, TrialState
from eeipu_kfp.core.values import Configuration
from tests.unit.core.shapes import chain


def request():
    trials = tuple(
        Trial(
            number=number,
            configuration=Configuration({"x1": number / 10}),
            state=state,
            objective=0.5 if state is TrialState.SUCCEEDED else None,
        )
        for number, state in enumerate(TrialState, 1)
    )
    return SuggestionRequest(
        pipeline=chain(1),
        space=Space({"x1": Float(0, 1)}),
        objective=Objective(metric="s1.m"),
        trials=trials,
        cached=CachedStages(chain(1), ("x1",)),
        budget=Budget(amount=10),
        remaining=5,
    )


def test_trials_with_an_objective_have_succeeded():
    assert [t.state for t in request().succeeded] == [TrialState.SUCCEEDED]


def test_pending_and_running_trials_are_active():
    assert [t.state for t in request().active] == [TrialState.PENDING, TrialState.RUNNING]


def test_a_stopped_trial_may_be_tried_again():
    tried = request().tried

    assert Configuration({"x1": 0.5}) not in tried
    assert len(tried) == 4
