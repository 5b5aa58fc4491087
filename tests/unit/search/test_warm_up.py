from dataclasses import replace

import numpy as np
import pytest

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.pipeline import ParameterType, PipelineInput
from eeipu_kfp.core.space import Float
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.warm_up import WarmUp

TREE = WarmUp(full=7, sharing=7)


def rich(world):
    return replace(world, budget=1e6)


def test_it_is_shaped_like_a_tree(wavy):
    trials, _ = rich(wavy).play("eeipu", limit=14)

    cached = [sum(record.seconds == 0.0 for record in trial.stages) for trial in trials]

    assert cached[:7] == [0] * 7
    assert set(cached[7:]) <= {1, 2}


def test_each_sharing_trial_rests_on_another_one(wavy):
    trials, _ = rich(wavy).play("eeipu", limit=14)

    parents = [
        next(t.number for t in trials if t.configuration["a1"] == trial.configuration["a1"])
        for trial in trials[7:]
    ]

    assert parents == list(range(1, 8))


def test_full_trials_cover_the_space(wavy):
    encoding = Encoding(wavy.space)
    request = wavy.request()

    points = np.array(
        [encoding.encode([TREE.proposals(request, encoding, i)[0]])[0] for i in range(8)]
    )

    for column in points.T:
        assert sorted((column * 8).astype(int)) == list(range(8))


def with_defaults(world, **defaults):
    inputs = tuple(
        PipelineInput(name=name, type=ParameterType.DOUBLE, default=value)
        for name, value in defaults.items()
    )
    return replace(world, pipeline=replace(world.pipeline, inputs=inputs))


OWN = {"a1": 0.5, "a2": -1.0, "b1": 2.0, "b2": 0.25, "c1": 1.5, "c2": -2.0}


@pytest.mark.parametrize("designer", ["eeipu", "eeipu-published", "ei", "carbo", "lambo"])
def test_it_begins_with_the_pipeline_s_own_defaults(designer, wavy):
    trials, _ = with_defaults(wavy, **OWN, fixed=7.0).play(designer, limit=2)

    assert dict(trials[0].configuration) == OWN
    assert dict(trials[1].configuration) != OWN


@pytest.mark.parametrize(
    "defaults",
    [OWN | {"a1": 2.5}, OWN | {"c2": None}, {"a1": 0.5}],
    ids=["beyond the space", "one without", "one alone"],
)
def test_defaults_that_are_no_configuration_are_passed_over(defaults, wavy):
    [first], _ = with_defaults(wavy, **defaults).play("eeipu", limit=1)
    [usual], _ = wavy.play("eeipu", limit=1)

    assert first.configuration == usual.configuration


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(None, (7, 7)), (5, (3, 2)), (0, (0, 0)), (1, (1, 0))],
    ids=["own choice", "five", "none", "one"],
)
def test_its_length_can_be_asked_for(wavy, asked, expected):
    fitted = TREE.fitted_to(wavy.request(warm_up_trials=asked))

    assert (fitted.full, fitted.sharing) == expected


def test_it_is_short_where_there_is_little_to_try(discrete):
    fitted = TREE.fitted_to(discrete.request())

    assert fitted.full + fitted.sharing == 4


def test_it_ends_when_a_quarter_of_the_budget_is_gone(wavy):
    trials = wavy.sample(10)
    spent = np.cumsum([trial.spent_seconds for trial in trials])
    request = wavy.request(trials, budget=Budget(amount=4 * spent[4]))

    assert TREE.length(request) == 5
    assert TREE.length(wavy.request(trials, budget=Budget(amount=1e6))) == 14


def test_it_does_not_end_before_two_trials_have_an_objective(wavy):
    trials = [replace(trial, state=TrialState.FAILED, objective=None) for trial in wavy.sample(10)]

    assert TREE.length(wavy.request(trials, budget=Budget(amount=1.0))) == 14


def test_where_nothing_is_cached_the_whole_point_is_new(wavy):
    trials = wavy.sample(7)
    request, encoding = wavy.request(trials, forget=wavy.pipeline.names), Encoding(wavy.space)

    proposal = TREE.proposals(request, encoding, 7)[0]

    assert proposal["a1"] not in {trial.configuration["a1"] for trial in trials}


def test_one_stage_shares_nothing(make_world):
    world = make_world({"a": Float(0.0, 1.0)}, ("a",), budget=1e6)

    trials, _ = world.play("eeipu", limit=14)

    assert len({trial.configuration for trial in trials}) == 14
