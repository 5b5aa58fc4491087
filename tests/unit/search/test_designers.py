import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.space import Categorical, Float, Int
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.search import marginal_likelihood
from eeipu_kfp.search.designers import (
    DESIGNERS,
    PlanPerExpectedCost,
    default_designer,
    make_designer,
)
from eeipu_kfp.search.observations import Observations, budget_left

MODELS = ("eeipu", "eeipu-published", "ei")


def test_an_unknown_designer_is_refused_with_the_known_ones():
    with pytest.raises(InvalidValueError, match="`eeipu`, `eeipu-published`, `ei`, `eips`"):
        make_designer("grid")


@pytest.mark.parametrize("name", DESIGNERS)
def test_the_first_suggestion_is_full_and_of_unknown_cost(name, wavy):
    answer = make_designer(name).suggest(wavy.request())

    assert wavy.space.contains(answer.configuration)
    assert answer.to_run == ("prepare", "base", "meta")
    assert answer.expected_cost is None
    assert answer.reason.endswith("runs every stage")


@pytest.mark.parametrize("name", DESIGNERS)
def test_the_same_request_gives_the_same_suggestion(name, wavy):
    request = wavy.request(wavy.sample(18), seed=5)

    first = make_designer(name).suggest(request)
    marginal_likelihood.forget()
    second = make_designer(name).suggest(request)

    assert first == second


ELSEWHERE = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("worlds", sys.argv[1])
worlds = importlib.util.module_from_spec(spec)
sys.modules["worlds"] = worlds
spec.loader.exec_module(worlds)
world = worlds.wavy_world()
request = world.request(world.sample(18), seed=5)
print(json.dumps({name: worlds.make_designer(name).suggest(request).configuration.canonical
                  for name in worlds.DESIGNERS}))
"""


def test_another_process_suggests_the_same(wavy):
    request = wavy.request(wavy.sample(18), seed=5)
    here = {
        name: make_designer(name).suggest(request).configuration.canonical for name in DESIGNERS
    }
    worlds = Path(__file__).with_name("conftest.py")

    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, worlds], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == here


@pytest.mark.parametrize("name", DESIGNERS)
def test_a_discrete_space_is_tried_once_over_and_then_exhausted(name, discrete):
    trials, answer = discrete.play(name)

    assert len({trial.configuration for trial in trials}) == len(trials) == 12
    assert isinstance(answer, Stop)
    assert answer.reason is StopReason.SPACE_EXHAUSTED
    assert "all 12 configurations" in answer.message


@pytest.mark.parametrize("name", DESIGNERS)
def test_a_large_discrete_space_gives_no_duplicates(name, make_world):
    space = {"a": Int(1, 30), "b": Categorical(tuple("xyz")), "c": Int(1, 20)}
    world = make_world(space, ("a",), ("b",), ("c",), score=lambda c: -abs(c["a"] - 7) - c["c"])

    trials, _ = world.play(name, limit=25)

    assert len({trial.configuration for trial in trials}) == len(trials)


@pytest.mark.parametrize("name", DESIGNERS)
def test_no_trial_is_expected_to_overrun_the_budget(name, wavy):
    trials, spent = [], 0.0
    world = replace(wavy, budget=60.0)
    for _ in range(200):
        answer = make_designer(name).suggest(world.request(trials))
        if isinstance(answer, Stop):
            break
        assert (answer.expected_cost or 0.0) <= world.budget - spent
        trials.append(world.run(trials, answer.configuration))
        spent += trials[-1].spent_seconds

    assert isinstance(answer, Stop)
    assert answer.reason is StopReason.BUDGET_EXHAUSTED
    assert "s of the budget are left" in answer.message


@pytest.mark.parametrize("name", DESIGNERS)
def test_where_nothing_fits_the_message_names_the_cheapest_and_what_is_left(name, wavy):
    request = wavy.request(wavy.sample(16), remaining=1e-3, seed=1)

    answer = make_designer(name).suggest(request)

    assert isinstance(answer, Stop)
    assert answer.reason is StopReason.BUDGET_EXHAUSTED
    assert answer.message.startswith("the cheapest trial would take about ")
    assert answer.message.endswith("but 0.001 s of the budget are left")


@pytest.mark.parametrize("name", DESIGNERS)
def test_a_budget_that_is_gone_ends_the_search(name, wavy):
    answer = make_designer(name).suggest(wavy.request(remaining=-1.0))

    assert answer.reason is StopReason.BUDGET_EXHAUSTED
    assert answer.message == "0 s of the budget are left"


@pytest.mark.parametrize("state", [TrialState.RUNNING, TrialState.FAILED], ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_the_search_goes_elsewhere_than_running_and_failed_trials(name, state, wavy):
    trials = wavy.sample(16)
    proposed = []
    for _ in range(4):
        answer = make_designer(name).suggest(wavy.request(trials, seed=2))
        proposed.append(answer.configuration)
        trials.append(wavy.run(trials, answer.configuration, to_run=("meta",), state=state))

    points = np.array([[c[n] for n in wavy.space] for c in proposed])
    distances = np.abs(points[:, None] - points).max(axis=2) + 10.0 * np.eye(4)
    assert distances.min() > 0.05


@pytest.mark.parametrize("name", DESIGNERS)
def test_failed_trials_are_not_proposed_again_and_their_stages_count_as_cost(name, discrete):
    failed = []
    for flag in (False, True):
        configuration = Configuration({"kind": "x", "size": 1, "flag": flag})
        failed.append(
            discrete.run(failed, configuration, to_run=("first",), state=TrialState.FAILED)
        )

    trials, answer = discrete.play(name, trials=failed)

    assert len({trial.configuration for trial in trials}) == len(trials) == 12
    assert answer.reason is StopReason.SPACE_EXHAUSTED


def test_a_failed_trial_teaches_cost(wavy):
    configuration = wavy.sample(1)[0].configuration
    failed = wavy.run([], configuration, to_run=("prepare",), state=TrialState.FAILED)

    answer = make_designer("eeipu").suggest(wavy.request([failed]))

    assert answer.expected_cost == pytest.approx(3 * failed.spent_seconds)


@pytest.mark.parametrize("name", MODELS)
def test_stopped_trials_may_be_proposed_again(name, discrete):
    trials, _ = discrete.play("random", limit=11)
    last = discrete.play(name, trials=trials)[0][-1].configuration
    trials.append(discrete.run(trials, last, to_run=(), state=TrialState.STOPPED))

    answer = make_designer(name).suggest(discrete.request(trials))

    assert answer.configuration == last


def test_a_reused_prefix_keeps_its_values_byte_for_byte(branching):
    trials, _ = branching.play("eeipu", limit=40)

    for i, trial in enumerate(trials):
        for record in trial.stages:
            if record.seconds == 0.0:
                names = branching.pipeline.determinants(record.stage)
                values = [repr(trial.configuration[name]) for name in names]
                earlier = [[repr(t.configuration[name]) for name in names] for t in trials[:i]]
                assert values in earlier


def test_a_branching_pipeline_reuses_either_branch(branching):
    trials, _ = branching.play("eeipu", limit=40)

    cached = [{r.stage for r in trial.stages if r.seconds == 0.0} for trial in trials[14:]]

    assert any("left" in stages and "right" not in stages for stages in cached)
    assert any("right" in stages and "left" not in stages for stages in cached)


@pytest.mark.parametrize("name", DESIGNERS)
def test_a_hit_by_accident_counts(name, discrete):
    """A rounded configuration may be cached although no prefix was asked for."""
    trials = []
    for kind in "xy":
        values = {"kind": kind, "size": 2, "flag": False}
        trials.append(discrete.run(trials, Configuration(values)))

    answer = make_designer(name).suggest(discrete.request(trials, warm_up_trials=0))

    assert answer.to_run == ("second",)
    assert answer.expected_cost == pytest.approx(1.0, rel=0.1)


def test_what_is_evicted_is_not_reused(wavy):
    trials = wavy.sample(20)

    answer = make_designer("eeipu").suggest(wavy.request(trials, forget=wavy.pipeline.names))

    assert answer.to_run == wavy.pipeline.names


def test_a_reason_names_what_is_reused_and_what_runs(wavy):
    trials, _ = wavy.play("eeipu", limit=30)

    reasons = [
        make_designer("eeipu").suggest(wavy.request(trials[:count])).reason for count in range(30)
    ]

    assert any(reason.startswith("warm-up ") for reason in reasons)
    assert any(
        reason.startswith("reuses ") and " of trial " in reason and " for about " in reason
        for reason in reasons
    )


def test_the_direction_turns_the_search_round(make_world):
    world = make_world(
        {"a": Float(0.0, 1.0)},
        ("a",),
        score=lambda c: (c["a"] - 0.25) ** 2,
        objective=Objective(metric="s.m", direction=Direction.MINIMIZE),
        budget=30.0,
    )

    trials, _ = world.play("eeipu")

    assert min(trial.objective for trial in trials) < 1e-3


@pytest.mark.parametrize("name", MODELS)
def test_a_stage_without_tuned_parameters_is_cached_after_its_first_run(name, make_world):
    world = make_world({"a": Float(0.0, 1.0)}, (), ("a",), score=lambda c: c["a"])

    answer = make_designer(name).suggest(world.request(world.sample(4)))

    assert answer.to_run == ("stage1",)


def test_a_cache_filled_by_others_needs_no_execution_of_its_own(wavy):
    trials = [replace(trial, stages=()) for trial in wavy.sample(20)]

    answer = make_designer("eeipu").suggest(wavy.request(trials))

    assert answer.expected_cost is None


@pytest.mark.slow
def test_at_equal_cost_eeipu_makes_more_trials_than_ei_and_ends_no_worse(wavy):
    best = {}
    counts = {}
    for name in ("eeipu", "ei", "random"):
        runs = [replace(wavy, budget=110.0).play(name, seed=seed)[0] for seed in range(3)]
        best[name] = np.mean([max(trial.objective for trial in run) for run in runs])
        counts[name] = np.mean([len(run) for run in runs])

    assert counts["eeipu"] > 1.4 * counts["ei"]
    assert best["eeipu"] >= best["ei"] - 0.02
    assert best["eeipu"] > best["random"] + 0.1


@pytest.mark.parametrize(
    ("share", "expected"), [(1.0, 1.0), (0.5, 0.5), (0.0, 0.0), (1.5, 1.0)], ids=str
)
def test_cost_counts_less_as_the_budget_goes(share, expected, wavy):
    trials = wavy.sample(10)
    after = wavy.budget - sum(trial.spent_seconds for trial in trials)

    left = budget_left(wavy.request(trials, remaining=share * after), 10)

    assert left == pytest.approx(expected)


def test_a_warm_up_that_took_everything_leaves_nothing(wavy):
    trials = wavy.sample(10)

    assert budget_left(wavy.request(trials, budget=Budget(amount=1.0), remaining=5.0), 10) == 0.0


@pytest.mark.parametrize("name", DESIGNERS)
@pytest.mark.parametrize(("counts", "trial_cost"), [("Compute", 2.0), ("ComputeAndOverhead", 10.0)])
def test_a_budget_pays_for_overhead_only_where_it_counts_it(make_world, name, counts, trial_cost):
    space = {"a": Float(0.0, 1.0), "b": Float(0.0, 1.0)}
    world = make_world(
        space, ("a",), ("b",), overhead=4.0, budget=3.4 * trial_cost, counts=Counted(counts)
    )

    trials, stop = world.play(name)

    spent = world.request(trials).budget.spent(trials)
    assert world.budget - trial_cost < spent <= world.budget
    assert stop.reason is StopReason.BUDGET_EXHAUSTED


def planned(world, share_left=1.0, **changes):
    """The strategy of a changed default after ten trials, with a share of the rest left."""
    trials = world.sample(10)
    after = world.budget - sum(trial.spent_seconds for trial in trials)
    request = world.request(trials, remaining=share_left * after)
    return PlanPerExpectedCost(**changes)(request, Observations(request), 10)


@pytest.mark.parametrize(("share_left", "eta"), [(1.0, 1.0), (0.5, 0.75), (0.0, 0.5)], ids=str)
def test_by_default_the_power_of_cost_falls_to_a_half(share_left, eta, wavy):
    assert planned(wavy, share_left).acquisition.eta == pytest.approx(eta)


@pytest.mark.parametrize(("share_left", "eta"), [(1.0, 0.8), (0.5, 0.4), (0.0, 0.0)], ids=str)
def test_the_power_of_cost_may_fall_otherwise(share_left, eta, wavy):
    found = planned(wavy, share_left, first_eta=0.8, last_eta=0.0)

    assert found.acquisition.eta == pytest.approx(eta)


def test_more_trials_that_lend_make_a_larger_pool(wavy):
    sizes = [len(planned(wavy, lenders=lenders).pool) for lenders in (1, 5, 8, None)]

    assert sizes == [1 + 2 * lenders for lenders in (1, 5, 8, 10)]
    assert len(planned(wavy).pool) == sizes[-1]


def test_costs_may_be_learnt_over_a_stage_s_own_parameters_alone(wavy):
    found = [planned(wavy, own_inputs=own).acquisition.costs.columns for own in (False, True)]

    assert [[len(columns) for columns in costs] for costs in found] == [[2, 4, 6], [2, 2, 2]]


def test_own_parameters_may_be_none(make_world):
    world = make_world({"a": Float(0.0, 1.0)}, (), ("a",), score=lambda c: c["a"])

    answer = default_designer(PlanPerExpectedCost(own_inputs=True)).suggest(
        world.request(world.sample(16))
    )

    assert answer.to_run == ("stage1",)


def test_the_default_designer_is_what_its_name_makes(wavy):
    request = wavy.request(wavy.sample(18), seed=5)

    assert default_designer().suggest(request) == make_designer("eeipu").suggest(request)
    assert default_designer(PlanPerExpectedCost()) == default_designer()
