"""A process that dies at any step of the loop costs nothing but the stage that was running."""

from collections import Counter

import pytest

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Algorithm
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.runners.simulated import SimulatedRunner, VirtualClock, three_stage_problem
from tests.mortality import Death, Life, Mortal
from tests.simulation import World, three_stage_experiment

DETERMINANTS = {
    "prepare": ("fraction",),
    "train": ("fraction", "rate"),
    "evaluate": ("fraction", "rate", "threshold"),
}


class CountingRunner(SimulatedRunner):
    """Notes every stage that has really run to its end."""

    def __init__(self, pipeline, clock):
        super().__init__(pipeline, clock)
        self.arguments = {}
        self.handles = []
        self.executed = {}

    def start(self, run):
        handle = super().start(run)
        self.arguments[handle] = run.arguments
        self.handles.append(handle)
        return handle

    def collect(self, handle):
        results = super().collect(handle)
        for result in results:
            if result.outcome is StageOutcome.EXECUTED:
                self.executed[handle, result.stage] = self.arguments[handle]
        return results

    def die_with_the_process(self):
        for handle in self.handles:
            self.stop(handle)

    def executions(self):
        for handle in dict.fromkeys(self.handles):
            self.collect(handle)
        return Counter(
            (stage, Configuration(arguments).restricted_to(DETERMINANTS[stage]).canonical)
            for (_, stage), arguments in self.executed.items()
        )


def world_of(experiment, life=None, *, previous=None):
    """Return a new process's view of the world that an earlier process has left."""
    if previous is None:
        clock = VirtualClock()
        runner = CountingRunner(three_stage_problem().pipeline, clock)
        previous = World(experiment, clock=clock, runner=runner)
    if life is None:
        return previous
    return World(
        experiment,
        clock=previous.clock,
        store=Mortal(previous.store, {"put", "put_file", "delete"}, life),
        ledger=Mortal(previous.ledger, {"append"}, life),
        runner=Mortal(previous.runner, {"start", "stop", "discard"}, life),
    )


def facts(history):
    return [
        (
            trial.number,
            trial.configuration,
            trial.state,
            trial.objective,
            [(r.stage, r.outcome, round(r.seconds, 6)) for r in trial.stages],
        )
        for trial in history.trials
    ]


def undisturbed(experiment):
    life = Life()
    world = world_of(experiment)
    outcome = world_of(experiment, life, previous=world).loop().run()
    return facts(outcome.history), life.taken


@pytest.mark.parametrize("runs_outlive_it", [True, False], ids=["cluster", "laptop"])
@pytest.mark.parametrize("parallel", [1, 2])
def test_a_death_at_any_step_changes_nothing_in_the_end(runs_outlive_it, parallel):
    experiment = three_stage_experiment(
        budget=Budget(amount=1e5),
        max_trials=3,
        parallel_trials=parallel,
        algorithm=Algorithm(name="random", seed=3),
    )
    expected, steps = undisturbed(experiment)

    for deadly in range(steps):
        world = world_of(experiment)
        with pytest.raises(Death):
            world_of(experiment, Life(deadly), previous=world).loop().run()
        if not runs_outlive_it:
            world.runner.die_with_the_process()
        outcome = world.loop().run()

        assert facts(outcome.history) == expected, f"died at step {deadly} of {steps}"
        assert set(world.runner.executions().values()) == {1}, f"died at step {deadly} of {steps}"


def test_an_interruption_keeps_what_is_finished_and_goes_on():
    experiment = three_stage_experiment(max_trials=3, algorithm=Algorithm(name="random", seed=3))
    expected, _ = undisturbed(experiment)
    world = world_of(experiment)
    loop = world.loop()

    world.clock.watch(lambda: _interrupt_at(world.clock, 150.0))
    with pytest.raises(KeyboardInterrupt):
        loop.run()
    world.clock._sources.pop()
    outcome = world.loop().run()

    assert facts(outcome.history) == expected
    assert set(world.runner.executions().values()) == {1}


def _interrupt_at(clock, time):
    if clock.now() >= time:
        raise KeyboardInterrupt
