import math

import numpy as np
import pytest

from benchmarks.problems.problem import draw
from benchmarks.problems.scaled_distillation import (
    READS,
    SCALES,
    SPACE,
    best_rate,
    quality,
    scaled_distillation,
    seconds,
)
from components.t5_distillation.tests.test_pipeline import HYPERPARAMETERS, STAGES

LARGEST = SCALES["distillation-70b"]
USUAL = {"batch_size": 16}


def at_the_optimum(scale):
    found = {"batch_size": 16}
    for place, (prefix, parameters) in enumerate(
        [("teacher", scale.parameters), *((f"distil_{k}", scale.student) for k in (1, 2, 3))]
    ):
        found[f"{prefix}_learning_rate"] = best_rate(parameters, max(0, place - 1), 16)
        found[f"{prefix}_weight_decay"] = 0.01
        if prefix != "teacher":
            found[f"{prefix}_temperature"] = 2.0
    return found


def test_stages_and_parameters_are_those_of_the_pipeline():
    assert list(READS) == STAGES
    assert list(SPACE) == HYPERPARAMETERS


@pytest.mark.parametrize("name", SCALES)
def test_the_optimum_lies_within_the_ranges_and_is_nowhere_exceeded(name):
    found = scaled_distillation(name)
    best = at_the_optimum(SCALES[name])
    rng = np.random.default_rng(0)

    assert found.space.contains(best)
    assert found.value(best) == pytest.approx(found.optimum, abs=1e-12)
    assert all(found.value(draw(SPACE, rng)) < found.optimum for _ in range(300))


@pytest.mark.parametrize("name", SPACE)
def test_every_parameter_changes_the_quality(name):
    best = at_the_optimum(LARGEST)

    for bound in (SPACE[name].low, SPACE[name].high):
        assert quality(LARGEST, {**best, name: bound}) < quality(LARGEST, best)


def test_fine_tuning_takes_six_operations_a_parameter_and_token():
    operations = 6 * 70e9 * 287_113 * 640 * 5
    speed = 64 * 989e12 * 0.4 * 16 / 20

    expected = 60 + operations / speed + 2 * 2 * 70e9 / 2e9

    assert seconds(LARGEST, "teach", USUAL) == pytest.approx(expected)


def test_distilling_takes_a_forward_pass_of_the_teacher_and_training_of_the_student():
    operations = (2 * 70e9 + 6 * 7e9) * 287_113 * 640 * 5
    speed = 64 * 989e12 * 0.4 * 16 / 20
    read_and_written = 2 * 70e9 + 2 * 16 * 7e9

    expected = 60 + operations / speed + read_and_written / 2e9

    assert seconds(LARGEST, "distil-2", USUAL) == pytest.approx(expected)
    assert seconds(LARGEST, "distil-1", USUAL) == pytest.approx(expected - 16 * 7e9 / 2e9)


def test_tokenising_costs_the_same_at_every_scale():
    costs = {seconds(scale, "tokenise", USUAL) for scale in SCALES.values()}

    assert len(costs) == 1


def test_larger_batches_use_the_chips_better():
    costs = [seconds(LARGEST, "teach", {"batch_size": batch}) for batch in (10, 20, 40)]

    assert costs[0] > costs[1] > costs[2] > costs[0] / 2


def test_the_larger_the_model_the_less_a_hit_costs_in_comparison():
    shares = [
        found.hit_seconds / seconds(SCALES[name], "teach", USUAL)
        for name, found in ((name, scaled_distillation(name)) for name in SCALES)
    ]

    assert shares[0] > shares[1]
    assert shares[0] > shares[2]


def test_the_best_learning_rate_falls_with_size_and_rises_with_the_batch():
    assert best_rate(175e9, 0, 16) / best_rate(125e6, 0, 16) == pytest.approx(0.1, rel=0.2)
    assert best_rate(60e6, 0, 32) == pytest.approx(math.sqrt(2) * best_rate(60e6, 0, 16))
