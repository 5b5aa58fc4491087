"""No history is too odd for a designer: a suggestion inside the space, and never a NaN."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eeipu_kfp.core.space import Categorical, Float, Int
from eeipu_kfp.core.suggestion import StopReason, Suggestion
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.search.designers import DESIGNERS, make_designer
from eeipu_kfp.search.rivals import RIVALS

EVERYBODY = sorted(DESIGNERS | RIVALS)
COLUMNS = st.sampled_from(
    [
        Float(0.0, 1.0),
        Float(1e-6, 10.0, log=True),
        Float(0.0, 1.0, step=0.25),
        Int(1, 4),
        Int(1, 10_000, log=True),
        Categorical((False, True)),
        Categorical(("a", "b", "c")),
    ]
)
OBJECTIVES = {
    "constant": lambda i: 3.0,
    "zero": lambda i: 0.0,
    "tiny": lambda i: 1e-12 * i,
    "huge": lambda i: 1e12 * (-1) ** i * i,
    "overflowing": lambda i: 1e300 * (i - 3),
    "outlier": lambda i: -1e15 if i == 2 else float(i),
    "lucky": lambda i: 1e15 if i == 2 else float(i),
    "nearly constant": lambda i: 1e6 + 1e-9 * i,
    "plain": lambda i: float(i % 5),
}
COSTS = {
    "equal": lambda i: 1.0,
    "instant": lambda i: 0.0,
    "wild": lambda i: 10.0 ** (i % 7 - 3),
    "tiny": lambda i: 1e-9 * (i + 1),
    "endless": lambda i: 1e7 if i == 4 else 1.0,
}
STATES = st.sampled_from([TrialState.SUCCEEDED] * 4 + [TrialState.FAILED, TrialState.RUNNING])


@pytest.fixture
def odd_world(make_world):
    def make(space, objective="plain", cost="equal"):
        counter, names = iter(range(100_000)), list(space)
        half = len(names) // 2
        return make_world(
            space,
            names[:half],
            names[half:],
            score=lambda c: OBJECTIVES[objective](next(counter)),
            cost=lambda stage, c: COSTS[cost](next(counter)),
            budget=1e9,
        )

    return make


def check(name, world, trials):
    answer = make_designer(name).suggest(world.request(trials, warm_up_trials=1))

    if isinstance(answer, Suggestion):
        assert world.space.contains(answer.configuration)
        assert np.isfinite(answer.expected_cost or 0.0)
        assert answer.configuration not in {trial.configuration for trial in trials}
    else:
        assert answer.reason is StopReason.SPACE_EXHAUSTED


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    domains=st.lists(COLUMNS, min_size=1, max_size=6),
    name=st.sampled_from(EVERYBODY),
    objective=st.sampled_from(sorted(OBJECTIVES)),
    cost=st.sampled_from(sorted(COSTS)),
    count=st.integers(1, 6),
)
def test_odd_objectives_and_costs(odd_world, *, domains, name, objective, cost, count):
    world = odd_world({f"p{i}": domain for i, domain in enumerate(domains)}, objective, cost)

    check(name, world, world.sample(count))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(EVERYBODY),
    objective=st.sampled_from(sorted(OBJECTIVES)),
    seed=st.integers(0, 9),
    states=st.lists(STATES, min_size=1, max_size=8),
    repeats=st.integers(1, 3),
)
def test_repeats_that_disagree_fail_or_still_run(
    odd_world, *, name, objective, seed, states, repeats
):
    space = {"a": Float(0.0, 1.0), "b": Int(1, 9), "c": Categorical(tuple("xyz"))}
    world = odd_world(space, objective)
    trials = []
    for state, drawn in zip(states, world.sample(len(states), seed=seed), strict=True):
        for _ in range(repeats):
            trials.append(world.run(trials, drawn.configuration, state=state))

    check(name, world, trials)


@pytest.mark.parametrize("count", [1, 2, 3, 20])
@pytest.mark.parametrize("name", EVERYBODY)
def test_forty_parameters(name, count, odd_world):
    world = odd_world({f"p{i}": Float(0.0, 1.0) for i in range(40)})

    check(name, world, world.sample(count))


@pytest.mark.parametrize("name", EVERYBODY)
def test_nothing_but_choices(name, odd_world):
    world = odd_world({f"p{i}": Categorical(tuple("abcd")) for i in range(7)})

    check(name, world, world.sample(12))


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_single_stage(name, make_world):
    world = make_world({"a": Float(0.0, 1.0)}, ("a",), score=lambda c: c["a"], budget=1e6)

    check(name, world, world.sample(6))
