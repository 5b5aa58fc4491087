import json
from dataclasses import replace

import pytest

from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.experiment import Algorithm, CachePolicy
from eeipu_kfp.core.objective import Direction
from eeipu_kfp.core.space import Categorical, Float, Space
from eeipu_kfp.runners.simulated import three_stage_problem
from eeipu_kfp.tuning.identity import identity
from tests.simulation import three_stage_experiment

EXPERIMENT = three_stage_experiment()
PIPELINE = three_stage_problem().pipeline


def of(experiment=EXPERIMENT, pipeline=PIPELINE):
    return json.loads(json.dumps(identity(experiment, pipeline)))


@pytest.mark.parametrize(
    "changes",
    [
        {"budget": Budget(amount=5000.0)},
        {"max_trials": 7},
        {"parallel_trials": 3},
        {"max_failed_trials": 1},
        {"stage_timeout_seconds": 60.0},
        {"cache": CachePolicy(size_limit_bytes=10)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_limits_may_change_while_an_experiment_lasts(changes):
    assert of(replace(EXPERIMENT, **changes)) == of()


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("charges", {"budget": Budget(amount=2000.0, prices={"train": 1.0})}),
        ("charges", {"budget": Budget(amount=2000.0, counts=Counted.COMPUTE_AND_OVERHEAD)}),
        ("name", {"name": "other"}),
        ("objective", {"objective": replace(EXPERIMENT.objective, direction=Direction.MINIMIZE)}),
        ("parameters", {"space": Space({**EXPERIMENT.space, "rate": Float(0.0, 2.0)})}),
        ("parameters", {"space": Space({**EXPERIMENT.space, "rate": Categorical((0.1,))})}),
        ("algorithm", {"algorithm": Algorithm(name="random")}),
        ("salt", {"cache": CachePolicy(salt="x")}),
    ],
)
def test_what_makes_results_comparable_must_not_change(part, changes):
    there, here = of(), of(replace(EXPERIMENT, **changes))

    assert [name for name in there if there[name] != here[name]] == [part]


def test_a_ledger_from_before_money_is_one_of_compute_seconds():
    assert of()["charges"] is None


def test_a_changed_component_is_another_pipeline():
    assert of(pipeline=replace(PIPELINE, name="other"))["pipeline"] != of()["pipeline"]
