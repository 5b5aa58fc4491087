from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import RunState, TrialRun
from eeipu_kfp.errors import RunnerError
from eeipu_kfp.runners.simulated import (
    SimulatedProblem,
    SimulatedRunner,
    VirtualClock,
    three_stage_problem,
)

_UNIT = st.floats(0.0, 1.0)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(100.0)


@pytest.fixture
def problem() -> SimulatedProblem:
    return three_stage_problem()


@pytest.fixture
def runner(problem: SimulatedProblem, clock: VirtualClock) -> SimulatedRunner:
    return SimulatedRunner(problem.pipeline, clock)


def _trial(problem: SimulatedProblem, name: str = "one", **changes: float) -> TrialRun:
    return TrialRun(
        name=name,
        pipeline=problem.pipeline.cut({}),
        arguments={**problem.optimum, **changes},
        stages=problem.pipeline.shape.names,
    )


def test_a_sleep_passes_where_nothing_is_due(clock: VirtualClock) -> None:
    clock.sleep(5.0)

    assert clock.now() == 105.0


def test_a_sleep_jumps_to_the_next_end_of_a_stage(
    problem: SimulatedProblem, clock: VirtualClock, runner: SimulatedRunner
) -> None:
    runner.start(_trial(problem, fraction=1.0))

    clock.sleep(1.0)

    assert clock.now() == 220.0
    assert [result.stage for result in runner.collect("one")] == ["prepare"]


def test_a_trial_takes_as_many_sleeps_as_it_has_stages(
    problem: SimulatedProblem, clock: VirtualClock, runner: SimulatedRunner
) -> None:
    runner.start(_trial(problem))
    sleeps = 0
    while runner.poll("one") is RunState.RUNNING:
        clock.sleep(1.0)
        sleeps += 1

    assert sleeps == 3


def test_a_stopped_run_is_waited_for_no_more(
    problem: SimulatedProblem, clock: VirtualClock, runner: SimulatedRunner
) -> None:
    runner.start(_trial(problem))
    runner.stop("one")

    clock.sleep(1.0)

    assert clock.now() == 101.0


def test_a_stage_over_its_time_limit_fails_at_the_limit(
    problem: SimulatedProblem, clock: VirtualClock, runner: SimulatedRunner
) -> None:
    runner.start(replace(_trial(problem), stage_timeout_seconds=50.0))
    clock.sleep(1.0)

    (failed,) = runner.collect("one")

    assert runner.poll("one") is RunState.FAILED
    assert failed.seconds == 50.0
    assert failed.failure is not None
    assert "limit of 50 s" in failed.failure.message


def test_a_stage_that_the_trial_pipeline_lacks_is_refused(
    problem: SimulatedProblem, runner: SimulatedRunner
) -> None:
    cut = problem.pipeline.cut({"prepare": StageOutputs()})

    with pytest.raises(RunnerError, match="no stage `prepare`"):
        runner.start(replace(_trial(problem), pipeline=cut))


def test_instant_stages_end_at_once(problem: SimulatedProblem, clock: VirtualClock) -> None:
    stages = tuple(replace(stage, seconds=lambda _: 0.0) for stage in problem.pipeline.stages)
    runner = SimulatedRunner(replace(problem.pipeline, stages=stages), clock)

    runner.start(_trial(problem))

    assert runner.poll("one") is RunState.SUCCEEDED
    assert clock.now() == 100.0


def test_discarded_runs_take_no_memory(problem: SimulatedProblem, runner: SimulatedRunner) -> None:
    for number in range(50):
        runner.start(_trial(problem, str(number)))
        runner.discard(str(number))

    assert not runner._runs


def test_the_known_optimum_has_the_known_value(
    problem: SimulatedProblem, clock: VirtualClock, runner: SimulatedRunner
) -> None:
    runner.start(_trial(problem))
    while runner.poll("one") is RunState.RUNNING:
        clock.sleep(1.0)
    outputs = {r.stage: r.outputs for r in runner.collect("one") if r.outputs is not None}

    problem.objective.check(problem.pipeline.shape)
    assert problem.space.contains(problem.optimum)
    assert problem.objective.value_in(outputs) == problem.best


@given(fraction=_UNIT, rate=_UNIT, threshold=_UNIT)
def test_nothing_beats_the_optimum(fraction: float, rate: float, threshold: float) -> None:
    problem = three_stage_problem()
    values = {"fraction": fraction, "rate": rate, "threshold": threshold}

    assert problem.pipeline.objective(values) <= problem.best


def test_a_stage_depends_on_what_it_reads_and_consumes_alone(problem: SimulatedProblem) -> None:
    train = problem.pipeline.ingredients("train", problem.optimum)

    assert train.parameters == {"rate": 0.3}
    assert train.consumes == {"prepare": ("prepare", "Output")}
