from collections import Counter
from dataclasses import replace

import pytest

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Algorithm, CachePolicy
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.space import Int, Space
from eeipu_kfp.core.suggestion import Stop, StopReason, Suggestion
from eeipu_kfp.core.trial import StageOutcome, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.runners.simulated import SimulatedPipeline, SimulatedStage
from eeipu_kfp.tuning.events import ExperimentEnded, TrialEnded, TrialSuggested, TrialWaiting
from tests.simulation import World, three_stage_experiment

RANDOM = Algorithm(name="random")


class Scripted:
    """Suggests given configurations in turn, then nothing."""

    def __init__(self, *configurations):
        self.left = [Configuration(values) for values in configurations]
        self.requests = []

    def suggest(self, request):
        self.requests.append(request)
        if not self.left:
            return Stop(reason=StopReason.SPACE_EXHAUSTED, message="that was all")
        chosen = self.left.pop(0)
        return Suggestion(
            configuration=chosen,
            to_run=request.cached.to_run(chosen),
            expected_cost=None,
            reason="scripted",
        )


def point(fraction=0.5, rate=0.5, threshold=0.5):
    return {"fraction": fraction, "rate": rate, "threshold": threshold}


def executions(history):
    """Count how often each stage ran for the same values of what decides it."""
    order = ("fraction", "rate", "threshold")
    depth = {"prepare": 1, "train": 2, "evaluate": 3}
    return Counter(
        (r.stage, t.configuration.restricted_to(order[: depth[r.stage]]).canonical)
        for t in history.trials
        for r in t.stages
        if r.outcome is StageOutcome.EXECUTED
    )


def test_stages_with_a_known_prefix_are_not_run_again():
    world = World(three_stage_experiment())

    outcome = world.loop(Scripted(point(), point(threshold=0.6), point(rate=0.1))).run()

    ran = [
        [r.stage for r in t.stages if r.outcome is StageOutcome.EXECUTED]
        for t in outcome.history.trials
    ]
    assert ran == [["prepare", "train", "evaluate"], ["evaluate"], ["train", "evaluate"]]


def test_seconds_saved_are_what_the_cached_stages_once_cost():
    world = World(three_stage_experiment())

    first, second = world.loop(Scripted(point(), point(threshold=0.6))).run().history.trials

    assert first.spent_seconds == pytest.approx(90.0 + 40.0 + 5.0)
    assert second.spent_seconds == pytest.approx(5.0)
    assert second.saved_seconds == pytest.approx(90.0 + 40.0)


def test_a_configuration_that_is_cached_whole_needs_no_run():
    world = World(three_stage_experiment())
    world.loop(Scripted(point())).run()
    other = World(three_stage_experiment(name="other"), store=world.store, clock=world.clock)

    (trial,) = other.loop(Scripted(point())).run().history.trials

    assert trial.state is TrialState.SUCCEEDED
    assert trial.objective == pytest.approx(1.0 - 0.2**2 - 0.2**2)
    assert trial.spent_seconds == 0.0


def test_the_budget_is_not_overrun_by_more_than_a_trial_took_longer_than_expected():
    world = World(three_stage_experiment(budget=Budget(amount=1500.0)))

    outcome = world.loop().run()

    assert outcome.stop.reason is StopReason.BUDGET_EXHAUSTED
    assert outcome.history.spent_seconds <= 1500.0
    assert len(outcome.history.trials) > 11


@pytest.mark.parametrize("parallel", [1, 2, 4])
def test_no_stage_ever_runs_twice_for_the_same_values(parallel):
    problem = three_stage_experiment(
        budget=Budget(amount=1e6), parallel_trials=parallel, max_trials=60
    )
    space = Space({name: Int(0, 3) for name in problem.space})
    world = World(replace(problem, space=space, algorithm=RANDOM))

    outcome = world.loop().run()

    assert len(outcome.history.trials) == 60
    assert set(executions(outcome.history).values()) == {1}


def test_a_trial_waits_for_a_stage_that_another_one_computes():
    world = World(three_stage_experiment(parallel_trials=2))

    outcome = world.loop(Scripted(point(), point(threshold=0.6))).run()

    second = outcome.history.trials[1]
    waiting = [e for e in world.events if isinstance(e, TrialWaiting)]
    assert [(e.trial.number, e.stage) for e in waiting] == [(2, "prepare"), (2, "train")]
    assert second.spent_seconds == pytest.approx(5.0)
    assert second.finished_at == pytest.approx(135.0)


def test_running_trials_are_told_to_the_designer_and_their_stages_count_as_cached():
    designer = Scripted(point(), point(rate=0.1))
    world = World(three_stage_experiment(parallel_trials=2))

    world.loop(designer).run()

    second = designer.requests[1]
    assert [t.number for t in second.active] == [1]
    assert second.cached.to_run(Configuration(point(rate=0.9))) == ("train", "evaluate")


def test_the_goal_stops_the_trials_that_still_run():
    experiment = three_stage_experiment(parallel_trials=2)
    experiment = replace(experiment, objective=replace(experiment.objective, goal=0.9))
    world = World(experiment)

    outcome = world.loop(Scripted(point(0.7, 0.3, 0.5), point(0.9, 0.9, 0.9))).run()

    assert outcome.stop.reason is StopReason.GOAL_REACHED
    assert [t.state for t in outcome.history.trials] == [TrialState.SUCCEEDED, TrialState.STOPPED]
    stopped = outcome.history.trials[1]
    assert [r.stage for r in stopped.stages] == ["prepare"]


def failing(fails):
    stages = (
        SimulatedStage(name="prepare", reads=("x",), seconds=lambda _: 10.0),
        SimulatedStage(
            name="train", reads=("y",), upstream=("prepare",), seconds=lambda _: 5.0, fails=fails
        ),
    )
    pipeline = SimulatedPipeline(name="p", stages=stages, objective=lambda v: v["y"])
    experiment = replace(
        three_stage_experiment(),
        space=Space({"x": Int(0, 3), "y": Int(0, 9)}),
        objective=Objective(metric="train.Output"),
    )
    return World(experiment, pipeline=pipeline)


def test_a_failed_trial_leaves_its_finished_stages_to_the_others():
    world = failing(lambda values: values["y"] == 1)

    outcome = world.loop(Scripted({"x": 1, "y": 1}, {"x": 1, "y": 2})).run()

    bad, good = outcome.history.trials
    assert bad.state is TrialState.FAILED
    assert bad.failure is not None
    assert bad.failure.stage == "train"
    assert bad.spent_seconds == pytest.approx(15.0)
    assert good.state is TrialState.SUCCEEDED
    assert good.spent_seconds == pytest.approx(5.0)


def test_too_many_failed_trials_fail_the_experiment():
    world = failing(lambda values: True)
    world.experiment = replace(world.experiment, max_failed_trials=3, algorithm=RANDOM)

    outcome = world.loop().run()

    assert outcome.stop.is_failure
    assert len(outcome.history.trials) == 3


def test_an_objective_that_is_no_finite_number_fails_its_trial_only():
    world = failing(lambda values: False)
    broken = {1: float("nan"), 2: float("inf"), 3: 0.5}
    world.pipeline = replace(world.pipeline, objective=lambda v: broken[v["y"]])
    world = World(world.experiment, pipeline=world.pipeline)

    outcome = world.loop(Scripted(*({"x": 1, "y": y} for y in (1, 2, 3)))).run()

    states = [t.state for t in outcome.history.trials]
    assert states == [TrialState.FAILED, TrialState.FAILED, TrialState.SUCCEEDED]
    assert "nan" in outcome.history.trials[0].failure.message
    assert outcome.history.trials[0].failure.stage == "train"


def test_a_hanging_stage_ends_at_its_limit():
    world = failing(lambda values: False)
    world.experiment = replace(world.experiment, stage_timeout_seconds=7.0)

    (trial,) = world.loop(Scripted({"x": 1, "y": 1})).run().history.trials

    assert trial.state is TrialState.FAILED
    assert trial.failure.stage == "prepare"
    assert trial.spent_seconds == pytest.approx(7.0)


def test_another_salt_shares_nothing():
    world = World(three_stage_experiment())
    world.loop(Scripted(point())).run()
    salted = three_stage_experiment(name="salted", cache=CachePolicy(salt="x"))

    (trial,) = World(salted, store=world.store).loop(Scripted(point())).run().history.trials

    assert trial.saved_seconds == 0.0


def test_a_lost_entry_is_paid_again_and_never_believed():
    world = World(three_stage_experiment())
    world.loop(Scripted(point())).run()
    for entry in world.cache.entries():
        if entry.stage == "train":
            world.cache.remove(entry.key)
    other = World(three_stage_experiment(name="other"), store=world.store, clock=world.clock)

    (trial,) = other.loop(Scripted(point(threshold=0.9))).run().history.trials

    ran = [r.stage for r in trial.stages if r.outcome is StageOutcome.EXECUTED]
    assert ran == ["train", "evaluate"]


def test_a_size_limit_keeps_what_the_leading_trials_need():
    world = World(three_stage_experiment(cache=CachePolicy(size_limit_bytes=1)))

    outcome = world.loop(Scripted(*(point(rate=n / 10) for n in range(9)))).run()

    leading = {t.number for t in outcome.history.leading(5)}
    kept = {entry.trial for entry in world.cache.entries()}
    assert kept <= leading | {1}
    assert len(world.cache.entries()) < 9 + 9 + 1


def test_watchers_hear_of_every_trial_and_of_the_end():
    world = World(three_stage_experiment())

    world.loop(Scripted(point(), point(rate=0.1))).run()

    kinds = Counter(type(event) for event in world.events)
    assert kinds[TrialSuggested] == kinds[TrialEnded] == 2
    assert isinstance(world.events[-1], ExperimentEnded)


def test_a_suspended_loop_ends_what_is_open_and_suggests_nothing_until_it_is_resumed():
    world = World(three_stage_experiment())
    loop = world.loop(Scripted(point(), point(rate=0.1)))
    loop.turn()

    for _ in range(20):
        assert loop.turn(suspended=True) is None
        world.clock.sleep(10.0)
    while_suspended = [trial.state for trial in loop.history.trials]
    outcome = loop.run()

    assert while_suspended == [TrialState.SUCCEEDED]
    assert [trial.state for trial in outcome.history.trials] == [TrialState.SUCCEEDED] * 2


def test_a_finished_experiment_ends_again_at_once():
    world = World(three_stage_experiment(max_trials=3))
    first = world.loop().run()

    again = world.loop().run()

    assert again.history == first.history
    assert again.stop == first.stop
