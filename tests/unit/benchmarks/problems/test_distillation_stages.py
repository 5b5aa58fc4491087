from pathlib import Path

import pytest

from benchmarks.problems import distillation_stages
from benchmarks.problems.distillation_stages import (
    distilled_first,
    distilled_second,
    distilled_third,
    taught,
    tokenised,
)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(distillation_stages, "_TRAIN_ROWS", 48)
    monkeypatch.setattr(distillation_stages, "_VALIDATION_ROWS", 8)
    monkeypatch.setattr(distillation_stages, "_TEACHER_EPOCHS", 1)
    monkeypatch.setattr(distillation_stages, "_STUDENT_EPOCHS", 1)


def test_a_student_goes_on_from_the_stage_before_and_is_judged_at_the_end():
    lesson = taught(tokenised(None, batch_size=12), log10_teacher_rate=-2.0)
    first = distilled_first(lesson, log10_first_rate=-2.0)
    second = distilled_second(first, log10_second_rate=-2.0)
    score = distilled_third(second, log10_third_rate=-2.0, third_temperature=1.0)

    checkpoints = [Path(found.student.path) for found in (first, second)]
    weights = [(folder / "model.safetensors").read_bytes() for folder in checkpoints]
    assert weights[0] != weights[1]
    assert 0.0 <= score <= 1.0
