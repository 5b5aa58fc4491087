"""The pipelines that train networks, with so little data and training that it takes seconds."""

import pytest

from benchmarks.problems import distillation_stages, segmentation_stages
from benchmarks.problems.real_stages import REAL_PIPELINES


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(segmentation_stages, "_SCENES", 8)
    monkeypatch.setattr(segmentation_stages, "_EPOCHS", 1)
    monkeypatch.setattr(distillation_stages, "_TRAIN_ROWS", 48)
    monkeypatch.setattr(distillation_stages, "_VALIDATION_ROWS", 8)
    monkeypatch.setattr(distillation_stages, "_TEACHER_EPOCHS", 1)
    monkeypatch.setattr(distillation_stages, "_STUDENT_EPOCHS", 1)


USUAL = {
    "segmentation": {
        "mean": 0.5,
        "std": 0.25,
        "batch_size": 4,
        "log10_max_rate": -2.0,
        "sdim": 1,
        "compat": 5,
        "gt_prob": 0.7,
    },
    "t5-distillation": {
        "batch_size": 12,
        "log10_teacher_rate": -2.0,
        "log10_first_rate": -2.0,
        "log10_second_rate": -2.0,
        "log10_third_rate": -2.0,
        "third_temperature": 1.0,
    },
}


def outcome(name, **changes):
    chosen, left = USUAL[name] | changes, None
    for stage in REAL_PIPELINES[name]:
        left = stage.compute(left, **{n: chosen[n] for n in stage.parameters})
    return left


@pytest.mark.parametrize("name", USUAL)
def test_the_last_stage_leaves_a_score(name):
    assert 0.0 <= outcome(name) <= 1.0


@pytest.mark.parametrize(
    "change",
    [{"std": 0.5}, {"log10_max_rate": -3.0}, {"sdim": 7, "compat": 45, "gt_prob": 0.3}],
    ids=["preprocess", "train", "smooth"],
)
def test_every_stage_of_segmentation_has_a_say(change):
    usual = outcome("segmentation")

    assert outcome("segmentation") == usual
    assert outcome("segmentation", **change) != usual
