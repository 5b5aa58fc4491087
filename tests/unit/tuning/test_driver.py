from dataclasses import replace

import pytest

from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.ports import RunState
from eeipu_kfp.core.trial import StageOutcome, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import MissingObjectError
from eeipu_kfp.runners.simulated import SimulatedRunner
from eeipu_kfp.tuning.driver import Surroundings, TrialDriver
from tests.simulation import World, three_stage_experiment

VALUES = Configuration({"fraction": 0.5, "rate": 0.5, "threshold": 0.5})


class Recording(SimulatedRunner):
    """Remembers the runs it was asked for."""

    def __init__(self, pipeline, clock):
        super().__init__(pipeline, clock)
        self.started = []

    def start(self, run):
        self.started.append(run)
        return super().start(run)


class Dying(Recording):
    """Loses every run without a word."""

    def poll(self, handle):
        return RunState.STOPPED

    def collect(self, handle):
        return ()


class Misled(Recording):
    """Lets the first run that reads a cached output fail, as one with a vanished artifact does."""

    def __init__(self, pipeline, clock, vanish):
        super().__init__(pipeline, clock)
        self._vanish = vanish
        self._misled = None

    def start(self, run):
        if self._misled is None and len(run.stages) < 3:
            self._misled = run.name
        return super().start(run)

    def poll(self, handle):
        if handle != self._misled:
            return super().poll(handle)
        self._vanish()
        return RunState.FAILED

    def collect(self, handle):
        return () if handle == self._misled else super().collect(handle)


def world_with(make_runner):
    world = World(three_stage_experiment())
    world.runner = make_runner(world)
    return world


def surroundings(world, tmp_path, **changes):
    made = Surroundings(
        experiment=world.experiment,
        pipeline=world.pipeline,
        runner=world.runner,
        cache=world.cache,
        ledger=world.ledger,
        clock=world.clock,
        scratch=tmp_path,
        observe=world.events.append,
    )
    return replace(made, **changes)


def drive(driver, world):
    while not driver.trial.state.is_terminal:
        driver.step(())
        world.clock.sleep(1.0)
    return driver.trial


def test_the_name_of_a_run_tells_experiment_trial_and_attempt(tmp_path):
    world = world_with(lambda w: Dying(w.pipeline, w.clock))
    driver = TrialDriver(surroundings(world, tmp_path), Trial(number=7, configuration=VALUES))

    trial = drive(driver, world)

    assert [run.name for run in world.runner.started] == ["e-0007", "e-0007-r2", "e-0007-r3"]
    assert trial.state is TrialState.FAILED
    assert "stopped from outside" in trial.failure.message
    assert trial.runs == 3


def test_a_run_whose_cached_input_vanished_is_repeated_and_not_blamed_on_the_trial(tmp_path):
    world = World(three_stage_experiment())

    def vanish():
        for entry in world.cache.entries():
            if entry.stage == "train":
                world.cache.remove(entry.key)

    world.runner = Recording(world.pipeline, world.clock)
    drive(TrialDriver(surroundings(world, tmp_path), Trial(number=1, configuration=VALUES)), world)
    world.runner = Misled(world.pipeline, world.clock, vanish)
    second = Trial(number=2, configuration=VALUES.updated({"threshold": 0.9}))

    trial = drive(TrialDriver(surroundings(world, tmp_path), second), world)

    assert [run.stages for run in world.runner.started] == [("evaluate",), ("train", "evaluate")]
    assert trial.state is TrialState.SUCCEEDED
    ran = [r.stage for r in trial.stages if r.outcome is StageOutcome.EXECUTED]
    assert ran == ["train", "evaluate"]


def test_an_object_that_vanishes_between_look_and_fetch_only_delays_the_launch(tmp_path):
    world = World(three_stage_experiment())
    world.runner = Recording(world.pipeline, world.clock)
    drive(TrialDriver(surroundings(world, tmp_path), Trial(number=1, configuration=VALUES)), world)
    world.runner = Recording(world.pipeline, world.clock)
    cache = world.cache
    fetch, failures = cache.fetch, [MissingObjectError("gone")]

    def fetch_once_failing(entry, into):
        if failures:
            raise failures.pop()
        return fetch(entry, into)

    cache.fetch = fetch_once_failing
    second = Trial(number=2, configuration=VALUES.updated({"threshold": 0.9}))

    trial = drive(TrialDriver(surroundings(world, tmp_path, cache=cache), second), world)

    assert trial.state is TrialState.SUCCEEDED
    assert len(world.runner.started) == 1


def test_a_run_of_an_earlier_process_still_computes_what_has_not_ended(tmp_path):
    world = World(three_stage_experiment())
    with_ = surroundings(world, tmp_path)
    first = TrialDriver(with_, Trial(number=1, configuration=VALUES))
    first.step(())
    world.clock.sleep(1.0)
    first.step(())
    ((trial, handle),) = world.ledger.load()

    adopted = TrialDriver(with_, trial, handle=handle)

    keys = with_.keys(trial)
    assert adopted.computing == {keys["train"].digest, keys["evaluate"].digest}
    assert drive(adopted, world).state is TrialState.SUCCEEDED


def test_a_trial_without_its_metric_fails_with_the_stage_that_owes_it(tmp_path):
    objective = replace(three_stage_experiment().objective, metric="evaluate.metrics.auroc")
    world = World(replace(three_stage_experiment(), objective=objective))
    driver = TrialDriver(surroundings(world, tmp_path), Trial(number=1, configuration=VALUES))

    trial = drive(driver, world)

    assert trial.state is TrialState.FAILED
    assert trial.failure.stage == "evaluate"
    assert "without a value for `evaluate.metrics.auroc`" in trial.failure.message


@pytest.mark.parametrize(
    "odd",
    [
        {"model": (Artifact(uri="", metadata={"loss": float("nan")}),)},
        {"models": (Artifact(uri="", metadata={"n": 1}), Artifact(uri="", metadata={"n": 2}))},
    ],
    ids=["without a JSON form", "a list of unlike artifacts"],
)
def test_outputs_that_cannot_be_cached_are_used_all_the_same(tmp_path, caplog, odd):
    world = World(three_stage_experiment())
    driver = TrialDriver(surroundings(world, tmp_path), Trial(number=1, configuration=VALUES))
    collect = world.runner.collect

    def with_odd_metadata(handle):
        return tuple(
            replace(result, outputs=StageOutputs(parameters={"Output": 0.5}, artifacts=odd))
            for result in collect(handle)
        )

    world.runner.collect = with_odd_metadata

    trial = drive(driver, world)

    assert trial.objective == pytest.approx(0.5)
    assert world.cache.entries() == ()
    assert "is not cached" in caplog.text
