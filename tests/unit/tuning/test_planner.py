from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.core.suggestion import StopReason, Suggestion
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.tuning.planner import free_slots, refusal, remaining, verdict

EXPERIMENT = Experiment(
    name="e",
    objective=Objective(metric="evaluate.Output"),
    space=Space({"x": Float(0.0, 1.0)}),
    budget=Budget(amount=100.0),
)


def trial(number, *, seconds=1.0, objective=0.5, state=TrialState.SUCCEEDED, **fields):
    record = StageRecord(stage="evaluate", outcome=StageOutcome.EXECUTED, seconds=seconds)
    return Trial(
        number=number,
        configuration=Configuration({"x": number / 1000}),
        state=state,
        stages=(record,),
        objective=objective if state is TrialState.SUCCEEDED else None,
        **fields,
    )


def history(*trials, objective=EXPERIMENT.objective):
    return History(objective=objective, trials=trials)


def failed(number, **fields):
    failure = Failure(message="boom", stage="evaluate")
    return trial(number, state=TrialState.FAILED, failure=failure, **fields)


def test_a_fresh_experiment_goes_on():
    assert verdict(EXPERIMENT, history()) is None


def test_a_spent_budget_ends_the_experiment():
    stop = verdict(EXPERIMENT, history(trial(1, seconds=60.0), trial(2, seconds=40.0)))

    assert stop is not None
    assert stop.reason is StopReason.BUDGET_EXHAUSTED
    assert not stop.is_failure
    assert not stop.ends_running_trials


def test_a_budget_smaller_than_the_first_trial_is_named_as_such():
    stop = verdict(EXPERIMENT, history(trial(1, seconds=130.0)))

    assert stop is not None
    assert "smaller than one trial, which took 130.0 s" in stop.message
    assert "budget.seconds" in stop.message


def test_a_running_trial_reserves_what_it_is_expected_to_cost():
    running = trial(2, seconds=5.0, state=TrialState.RUNNING, expected_cost=30.0)

    left = remaining(EXPERIMENT.budget, history(trial(1, seconds=20.0), running))

    assert left == pytest.approx(100.0 - 20.0 - 5.0 - 25.0)


@given(
    spent=st.lists(st.floats(0.0, 1e4), max_size=8),
    expected=st.lists(st.floats(0.0, 1e4), max_size=4),
)
def test_while_one_more_trial_may_start_the_budget_left_is_above_zero(spent, expected):
    trials = [trial(n, seconds=s) for n, s in enumerate(spent, 1)]
    trials += [
        trial(100 + n, seconds=0.0, state=TrialState.RUNNING, expected_cost=e)
        for n, e in enumerate(expected)
    ]
    known = history(*trials)

    if verdict(EXPERIMENT, known) is None:
        assert remaining(EXPERIMENT.budget, known) > 0


@pytest.mark.parametrize(
    ("direction", "goal", "value", "reached"),
    [
        (Direction.MAXIMIZE, 0.9, 0.9, True),
        (Direction.MAXIMIZE, 0.9, 0.89, False),
        (Direction.MINIMIZE, 0.1, 0.05, True),
        (Direction.MINIMIZE, 0.1, 0.11, False),
    ],
)
def test_a_goal_ends_the_experiment_once_it_is_reached(direction, goal, value, reached):
    objective = Objective(metric="evaluate.Output", direction=direction, goal=goal)
    experiment = replace(EXPERIMENT, objective=objective)

    stop = verdict(experiment, history(trial(1, objective=value), objective=objective))

    assert (stop is not None and stop.reason is StopReason.GOAL_REACHED) is reached
    assert stop is None or stop.ends_running_trials


def test_failed_trials_end_the_experiment_at_their_limit_only():
    experiment = replace(EXPERIMENT, max_failed_trials=2)

    assert verdict(experiment, history(failed(1))) is None
    stop = verdict(experiment, history(failed(1), failed(2)))

    assert stop is not None
    assert stop.is_failure
    assert stop.ends_running_trials
    assert "the last one: stage `evaluate`: boom" in stop.message


def test_the_number_of_trials_counts_running_ones_and_not_stopped_ones():
    experiment = replace(EXPERIMENT, max_trials=2)
    stopped = trial(1, state=TrialState.STOPPED)
    running = trial(3, state=TrialState.RUNNING)

    assert verdict(experiment, history(stopped, trial(2))) is None
    stop = verdict(experiment, history(stopped, trial(2), running))

    assert stop is not None
    assert stop.reason is StopReason.MAX_TRIALS_REACHED


def test_slots_are_free_until_as_many_trials_run_as_may():
    experiment = replace(EXPERIMENT, parallel_trials=2)
    running = trial(1, state=TrialState.RUNNING)
    pending = trial(2, state=TrialState.PENDING)

    assert free_slots(experiment, history()) == 2
    assert free_slots(experiment, history(running)) == 1
    assert free_slots(experiment, history(running, pending)) == 0


@pytest.mark.parametrize(
    ("expected", "refused"), [(None, False), (9.9, False), (10.0, False), (10.1, True)]
)
def test_a_suggestion_that_would_overrun_the_budget_is_refused(expected, refused):
    suggestion = Suggestion(
        configuration=Configuration({"x": 0.5}),
        to_run=("evaluate",),
        expected_cost=expected,
        reason="",
    )

    stop = refusal(suggestion, EXPERIMENT.budget, 10.0)

    assert (stop is not None) is refused


def test_a_budget_is_named_in_its_unit():
    money = Budget(amount=0.5, prices={"evaluate": 36.0}, currency="EUR")
    experiment = replace(EXPERIMENT, budget=money)

    stop = verdict(experiment, history(trial(1, seconds=60.0)))

    assert stop is not None
    assert "budget of 0.5 EUR is smaller than one trial, which took 0.6 EUR" in stop.message
    assert "set budget.money.amount to at least 12 " in stop.message


def test_what_a_running_trial_has_cost_is_not_reserved_again():
    budget = Budget(amount=100.0, counts=Counted.COMPUTE_AND_OVERHEAD)
    running = trial(1, seconds=5.0, state=TrialState.RUNNING, expected_cost=30.0)
    slow = replace(running, stages=(replace(running.stages[0], overhead_seconds=20.0),))

    assert remaining(budget, history(running)) == pytest.approx(70.0)
    assert remaining(budget, history(slow)) == pytest.approx(70.0)


PRICES = st.one_of(st.just({}), st.fixed_dictionaries({"evaluate": st.floats(1.0, 1e4)}))


@given(
    counts=st.sampled_from(Counted),
    prices=PRICES,
    shares=st.lists(st.tuples(st.floats(0.0, 0.6), st.floats(0.0, 1.0)), max_size=12),
)
def test_the_budget_is_never_promised_twice(counts, prices, shares):
    """Trials that cost no more than expected never overrun it, however many run at once."""
    budget = Budget(amount=100.0, counts=counts, prices=prices)
    experiment = replace(EXPERIMENT, budget=budget)
    trials, promised = [], 0.0
    for number, (share, done) in enumerate(shares, 1):
        known, expected = history(*trials), share * budget.amount
        left = remaining(budget, known)
        suggestion = Suggestion(
            configuration=Configuration({}), to_run=(), expected_cost=expected, reason=""
        )
        if verdict(experiment, known) or refusal(suggestion, budget, left):
            continue
        promised += expected
        so_far = done * expected / budget.weight("evaluate")
        state = TrialState.SUCCEEDED if done == 1.0 else TrialState.RUNNING
        trials.append(trial(number, seconds=so_far, state=state, expected_cost=expected))

    assert promised <= budget.amount * (1 + 1e-9)
    assert remaining(budget, history(*trials)) == pytest.approx(budget.amount - promised, abs=1e-6)
