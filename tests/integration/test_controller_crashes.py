"""A controller that dies at any step is replaced by one that goes on, and nothing is lost."""

import pytest

from eeipu_kfp.controller.reconciler import Reconciler
from tests.cluster_world import World, experiment, instant_double
from tests.mortality import Death, Life, Mortal


@pytest.fixture(scope="module")
def double():
    with instant_double() as found:
        yield found


def mortal_tools(world, life):
    """Return the tools of a controller that dies before or after one of its outside changes."""
    return world.tools(
        api=Mortal(world.api, {"create", "patch", "delete"}, life),
        kfp=Mortal(world.kfp, {"create_run", "terminate"}, life),
        open_store=lambda folder: Mortal(world.store.below(folder), {"put", "delete"}, life),
    )


def document(parallel, trials=3, **cache):
    return experiment(maxTrials=trials, parallelTrials=parallel, cache=cache)


def undisturbed(double, parallel):
    world, life = World(double), Life()
    path = world.apply(document(parallel))
    world.run(path, Reconciler(mortal_tools(world, life)))
    return world.trials(path), life.taken


@pytest.mark.slow
@pytest.mark.parametrize("parallel", [1, 2])
def test_a_death_at_any_step_changes_nothing_in_the_end(double, parallel):
    expected, steps = undisturbed(double, parallel)

    for deadly in range(steps):
        world = World(double)
        path = world.apply(document(parallel))
        before = len(double.runs)
        with pytest.raises(Death):
            world.run(path, Reconciler(mortal_tools(world, Life(deadly))))
        world.run(path)

        where = f"died at step {deadly} of {steps}"
        assert world.trials(path) == expected, where
        assert world.repeated(path) == {}, where
        assert len(double.runs) - before == 3, where
        assert world.condition(path, "Complete") == ("True", "MaxTrialsReached"), where


def test_a_death_at_any_step_of_a_deletion_leaves_nothing_behind(double):
    def deleted(world):
        path = world.apply(document(1, trials=1, deletionPolicy="Delete"))
        world.run(path)
        world.api.delete(path)
        return path, world.resource(path)

    world, life = World(double), Life()
    _, resource = deleted(world)
    assert Reconciler(mortal_tools(world, life)).reconcile(resource) is None
    assert life.taken > 10

    for deadly in range(life.taken):
        world = World(double)
        _, resource = deleted(world)
        with pytest.raises(Death):
            Reconciler(mortal_tools(world, Life(deadly))).reconcile(resource)
        Reconciler(world.tools()).reconcile(resource)

        left = [found.name for found in world.store.list("") if "/runs/" not in found.name]
        assert left == [], f"died at step {deadly} of {life.taken}"
