"""A resource is tuned to its end, and does what its spec asks for on the way."""

import pytest

from eeipu_kfp.controller.reconciler import Reconciler
from tests.cluster_world import World, experiment, instant_double


@pytest.fixture(scope="module")
def double():
    with instant_double() as found:
        yield found


@pytest.fixture
def world(double):
    double.faults.clear()
    return World(double)


def test_a_resource_is_tuned_to_its_end(world):
    path = world.apply(experiment())

    world.run(path)

    status = world.status(path)
    assert world.condition(path, "Ready") == ("True", "Finished")
    assert world.condition(path, "Complete") == ("True", "MaxTrialsReached")
    assert status["trials"]["succeeded"] == 4
    assert status["bestTrial"]["objective"]
    assert float(status["budget"]["spent"]) + float(status["budget"]["remaining"]) == 600.0
    assert world.repeated(path) == {}


def test_a_cached_prefix_is_not_run_again(world):
    first = world.apply(experiment())
    world.run(first)
    second = world.apply(experiment("again"))

    world.run(second)

    assert world.status(second)["cache"]["stageRuns"] == 0
    assert world.status(second)["cache"]["hits"] == 12
    assert world.status(second)["bestTrial"].get("run") is None


def test_a_finished_experiment_costs_nothing_to_look_at(world):
    path = world.apply(experiment())
    world.run(path)
    world.api.patches = 0
    runs = len(world.double.runs)

    pause = Reconciler(world.tools(open_store=None)).reconcile(world.resource(path))

    assert pause is None
    assert world.api.patches == 0
    assert len(world.double.runs) == runs


def test_a_raised_limit_reopens_a_finished_experiment(world):
    path = world.apply(experiment())
    world.run(path)

    world.api.patch(path, {"spec": {"maxTrials": 6}})
    world.run(path)

    assert world.status(path)["trials"]["succeeded"] == 6
    assert world.condition(path, "Complete") == ("True", "MaxTrialsReached")
    assert world.repeated(path) == {}


def test_a_change_that_raises_nothing_leaves_a_finished_experiment_alone(world):
    path = world.apply(experiment())
    world.run(path)
    ended = world.status(path)["completionTime"]

    world.api.patch(path, {"spec": {"parallelTrials": 2, "suspend": True}})
    world.run(path)

    assert world.status(path)["completionTime"] == ended
    assert world.status(path)["observedGeneration"] == 2
    assert world.status(path)["trials"]["succeeded"] == 4


def test_suspend_holds_back_new_trials_until_it_is_taken_back(world):
    path = world.apply(experiment(suspend=True))
    reconciler = Reconciler(world.tools())

    for _ in range(5):
        world.step(reconciler, path)

    assert world.condition(path, "Complete") == ("False", "Suspended")
    assert world.trials(path) == []

    world.api.patch(path, {"spec": {"suspend": False}})
    world.run(path, reconciler)

    assert world.condition(path, "Complete") == ("True", "MaxTrialsReached")


def test_an_experiment_goes_when_it_was_finished_for_long_enough(world):
    path = world.apply(experiment(ttlSecondsAfterFinished=60))
    reconciler = Reconciler(world.tools())

    while "deletionTimestamp" not in world.api.get(path)["metadata"]:
        assert (
            world.step(reconciler, path) is not None
            or "deletionTimestamp" in (world.api.get(path)["metadata"])
        )

    assert world.clock.now() >= 1_800_000_000.0 + 60
    assert reconciler.reconcile(world.resource(path)) is None


def test_too_many_failures_fail_the_experiment(world):
    metric = {"metric": "evaluate.metrics.none", "direction": "Maximize"}
    path = world.apply(experiment(objective=metric, maxFailedTrials=2))

    world.run(path)

    assert world.condition(path, "Failed") == ("True", "TooManyFailedTrials")
    assert world.condition(path, "Complete") == ("False", "TooManyFailedTrials")
    assert world.status(path)["trials"]["failed"] == 2
    assert "none" in world.status(path)["recentTrials"][0]["message"]


def test_each_trial_is_told_of_once(world):
    path = world.apply(experiment())

    world.run(path)

    assert world.notices.reasons.count("TrialStarted") == 4
    assert world.notices.reasons.count("TrialSucceeded") == 4
    assert world.notices.reasons.count("ImageTag") == 1
    assert world.notices.reasons[-1] == "Completed"
