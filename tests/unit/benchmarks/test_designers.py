from dataclasses import dataclass, field

from benchmarks.designers import Timed, Unaware, WarmUpFirst
from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.suggestion import Suggestion, SuggestionRequest
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.runners.simulated import three_stage_problem

PROBLEM = three_stage_problem()
HALF = Configuration(dict.fromkeys(PROBLEM.space, 0.5))
WHOLE = Configuration(dict.fromkeys(PROBLEM.space, 1.0))
ALL_STAGES = ("prepare", "train", "evaluate")


@dataclass
class Spy:
    """Suggests always the same and notes what it was asked."""

    requests: list = field(default_factory=list)

    def suggest(self, request):
        self.requests.append(request)
        to_run = request.cached.to_run(WHOLE)
        return Suggestion(configuration=WHOLE, to_run=to_run, expected_cost=1.0, reason="spy")


def request(*configurations):
    shape = PROBLEM.pipeline.shape
    trials = [Trial(number=i, configuration=c) for i, c in enumerate(configurations, start=1)]
    return SuggestionRequest(
        pipeline=shape,
        space=PROBLEM.space,
        objective=Objective(metric="evaluate.Output"),
        trials=tuple(trials),
        cached=CachedStages(shape, tuple(PROBLEM.space), [("prepare", WHOLE)]),
        budget=Budget(amount=100.0),
        remaining=100.0,
    )


def test_the_given_configurations_come_first():
    spy = Spy()
    designer = WarmUpFirst(warm_up=(HALF, WHOLE), then=spy)

    first, second = designer.suggest(request()), designer.suggest(request(HALF))

    assert (first.configuration, second.configuration) == (HALF, WHOLE)
    assert first.is_warm_up
    assert not spy.requests


def test_a_given_configuration_runs_only_what_is_not_cached():
    designer = WarmUpFirst(warm_up=(WHOLE,), then=Spy())

    assert designer.suggest(request()).to_run == ("train", "evaluate")


def test_after_the_warm_up_the_method_is_asked_and_told_how_long_it_was():
    spy = Spy()

    answer = WarmUpFirst(warm_up=(HALF,), then=spy).suggest(request(HALF))

    assert answer.reason == "spy"
    assert spy.requests[0].warm_up_trials == 1


def test_an_unaware_method_takes_every_stage_for_one_that_must_run():
    answer = Unaware(designer=Spy()).suggest(request())

    assert answer.to_run == ALL_STAGES


def test_suggestions_are_timed_by_the_number_of_trials_before():
    timed = Timed(designer=Spy())

    timed.suggest(request())
    timed.suggest(request(HALF))

    assert timed.seconds.keys() == {0, 1}
    assert all(seconds > 0 for seconds in timed.seconds.values())
