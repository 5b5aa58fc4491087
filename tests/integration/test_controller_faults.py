"""Whatever is away for a while, an experiment ends as if nothing had happened."""

from functools import partial
from itertools import count
from time import sleep

import pytest

from eeipu_kfp.controller.reconciler import Reconciler
from eeipu_kfp.errors import StoreError
from tests.cluster_world import COLLECTION, NAMESPACE, Notices, World, experiment, instant_double
from tests.kfp_double.double import KfpDouble
from tests.kfp_double.faults import Fault, Kind
from tests.kfp_double.runs import Mishap


@pytest.fixture(scope="module")
def double():
    with instant_double() as found:
        yield found


@pytest.fixture(scope="module")
def expected(double):
    """What the trials are when nothing goes wrong."""
    world = World(double)
    path = world.apply(experiment())
    world.run(path)
    return world.trials(path)


@pytest.fixture
def world(double):
    double.faults.clear()
    return World(double)


def outage(world, failing, folder):
    """Open a folder of a store that does not always answer."""
    return Outage(world.store.below(folder), failing)


class Outage:
    """Passes calls on to a store, but some of them fail."""

    def __init__(self, target, failing):
        self._target = target
        self._failing = failing

    def __getattr__(self, name):
        method = getattr(self._target, name)

        def call(*args, **kwargs):
            if self._failing():
                message = "no answer from the object store"
                raise StoreError(message)
            return method(*args, **kwargs)

        return call if callable(method) and name not in {"uri", "local_path"} else method


def test_a_store_that_is_away_at_any_moment_costs_nothing(double, expected):
    for first in range(0, 150, 6):
        world, calls = World(double), count()
        store = partial(outage, world, lambda: first <= next(calls) < first + 9)  # noqa: B023
        path = world.apply(experiment())

        world.run(path, Reconciler(world.tools(open_store=store)))

        assert world.trials(path) == expected, f"away from call {first} on"
        assert world.repeated(path) == {}
        assert world.condition(path, "Ready") == ("True", "Finished")


def test_the_condition_says_that_the_store_is_away(world):
    path = world.apply(experiment())
    reconciler = Reconciler(world.tools(open_store=partial(outage, world, lambda: True)))

    pauses = [reconciler.reconcile(world.resource(path)) for _ in range(9)]

    assert world.condition(path, "Ready") == ("False", "StoreUnavailable")
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=Kind.REFUSE, times=5, status=500),
        Fault(kind=Kind.REFUSE, times=5, status=503),
        Fault(kind=Kind.REFUSE, route="metadata", times=3),
        Fault(kind=Kind.LOSE, route="create_run", times=2),
        Fault(kind=Kind.HANG, route="get_run", seconds=1.0),
        Fault(kind=Kind.HANG, route="create_run", seconds=1.0),
    ],
    ids=["500", "503", "metadata-away", "lost-answers", "timeout", "late-submit"],
)
def test_pipelines_that_fail_for_a_while_cost_nothing(world, expected, fault):
    path = world.apply(experiment())
    before = len(world.double.runs)
    world.double.faults.next(fault)

    world.run(path)

    assert world.trials(path) == expected
    assert world.repeated(path) == {}
    assert len(world.double.runs) - before == 4


def test_the_condition_says_that_pipelines_are_away(world):
    path = world.apply(experiment())
    world.double.faults.next(Fault(kind=Kind.REFUSE, times=50, status=503))
    reconciler = Reconciler(world.tools())

    for _ in range(4):
        world.step(reconciler, path)

    assert world.condition(path, "Ready") == ("False", "PipelinesUnavailable")
    assert world.condition(path, "Complete") == ("False", "Running")


def test_tuning_goes_on_without_the_api_server(world, expected):
    path = world.apply(experiment())
    reconciler = Reconciler(world.tools())
    world.step(reconciler, path)
    resource = world.resource(path)

    world.api.is_away = True
    for _ in range(20):
        world.clock.sleep(reconciler.reconcile(resource) or 0.0)
    world.api.is_away = False
    world.run(path, reconciler)

    assert world.trials(path) == expected
    assert world.condition(path, "Complete") == ("True", "MaxTrialsReached")


def test_what_a_dying_controller_did_not_tell_is_told_by_the_next(world):
    path = world.apply(experiment())
    dying = Reconciler(world.tools(recorder=Notices()))
    world.step(dying, path)
    while [trial[2] for trial in world.trials(path)] != ["Succeeded", "Running"]:
        world.step(dying, path)

    world.run(path)

    assert world.notices.reasons.count("TrialStarted") == 4
    assert world.notices.reasons.count("TrialSucceeded") == 4


def test_a_stage_out_of_memory_fails_its_trial_and_keeps_what_came_before(world):
    path = world.apply(experiment())
    world.double.faults.strike("train", Mishap.OOM)

    world.run(path)

    (failed,) = [t for t in world.status(path)["recentTrials"] if t["state"] == "Failed"]
    assert "memory" in failed["message"]
    assert "train" in failed["message"]
    assert failed["number"] == 1
    assert world.status(path)["trials"]["succeeded"] == 3
    assert world.notices.reasons.count("TrialFailed") == 1


def test_an_evicted_stage_runs_again_in_the_same_trial(world, expected):
    path = world.apply(experiment())
    world.double.faults.strike("train", Mishap.EVICTED)

    world.run(path)

    facts = [trial[:4] for trial in world.trials(path)]
    assert facts == [trial[:4] for trial in expected]
    assert world.notices.reasons.count("TrialRestarted") == 1
    assert world.repeated(path) == {}


@pytest.mark.parametrize("damage", ["deleted", "truncated"])
def test_a_damaged_object_makes_its_stage_run_again(world, damage):
    first = world.apply(experiment())
    world.run(first)
    kept = [o for o in world.store.list(f"{NAMESPACE}/runs/") if o.name.endswith("/data")]
    for found in kept:
        if damage == "deleted":
            world.store.delete(found.name)
        else:
            world.store.put(found.name, b"")
    parameters = experiment()["spec"]["parameters"]
    parameters[1]["searchSpace"]["uniform"]["max"] = "0.9"
    second = world.apply(experiment("again", parameters=parameters))

    world.run(second)

    assert world.status(second)["trials"]["succeeded"] == 4
    executed = [t[4][0] for t in world.trials(second) if t[4][0][1] == "Executed"]
    assert len(executed) == len({t[1]["rows"] for t in world.trials(second)})
    assert world.repeated(second) == {}


def test_a_run_that_is_ended_from_outside_is_run_again():
    with KfpDouble(lag_seconds=0.0) as double:
        world = World(double, is_instant=False)
        path = world.apply(experiment(maxTrials=1))
        reconciler = Reconciler(world.tools())
        while not double.runs:
            world.step(reconciler, path)
        double.terminate(double.runs[0].id)

        world.run(path, reconciler)

        assert world.status(path)["trials"]["succeeded"] == 1
        assert [run.name for run in double.runs] == ["small-0001", "small-0001-r2"]
        assert world.repeated(path) == {}
        assert world.notices.reasons.count("TrialRestarted") == 1


def test_an_experiment_that_is_deleted_mid_trial_ends_its_run():
    with KfpDouble(lag_seconds=0.0) as double:
        world = World(double, is_instant=False)
        path = world.apply(experiment(cache={"deletionPolicy": "Delete"}))
        reconciler = Reconciler(world.tools())
        while not double.runs:
            world.step(reconciler, path)
        world.api.delete(path)
        resource = world.resource(path)

        while reconciler.reconcile(resource) is not None:
            sleep(0.05)

        assert all(run.state.is_final for run in double.runs)
        assert world.api.get(COLLECTION)["items"] == []
        left = [found.name for found in world.store.list("") if "/runs/" not in found.name]
        assert left == []
