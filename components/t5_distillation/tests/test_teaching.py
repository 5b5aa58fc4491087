import json

import pytest
import torch

from components.t5_distillation.models import build_model
from components.t5_distillation.tests.stages import (
    STUDENT,
    TAUGHT,
    count_layers,
    differing_files,
    taught,
)


def test_the_teacher_learns(tokens, teacher, tmp_path):
    brief = taught(tmp_path, tokens, epochs=1)

    assert teacher["metrics"].metadata["loss"] < 0.8 * brief["metrics"].metadata["loss"]


def test_the_teacher_is_a_folder_that_transformers_can_load(teacher):
    found = build_model(teacher["fine_tuned"].path, 300, 0)

    assert found.config.d_model == json.loads(TAUGHT["teacher"])["d_model"]


def test_a_teacher_goes_on_from_the_weights_of_a_folder(tokens, teacher, tmp_path):
    further = taught(tmp_path, tokens, teacher=teacher["fine_tuned"].path)

    assert further["metrics"].metadata["loss"] < teacher["metrics"].metadata["loss"]


def test_no_epoch_leaves_the_teacher_as_it_was(tokens, tmp_path):
    found = taught(tmp_path, tokens, epochs=0)

    kept = build_model(found["fine_tuned"].path, 300, 0).state_dict()
    fresh = build_model(TAUGHT["teacher"], 300, 0).state_dict()
    assert all(torch.equal(weight, kept[name]) for name, weight in fresh.items())


def test_the_same_seed_gives_the_same_files(tokens, teacher, tmp_path):
    again = taught(tmp_path, tokens)

    assert not differing_files(again["fine_tuned"], teacher["fine_tuned"])
    assert again["metrics"].metadata == teacher["metrics"].metadata


def test_activations_that_are_computed_twice_are_the_same(tokens, teacher, tmp_path):
    _, usual = count_layers(taught, tmp_path / "kept", tokens)
    again, twice = count_layers(taught, tmp_path / "twice", tokens, gradient_checkpointing=True)

    assert twice == 2 * usual
    expected, found = (
        build_model(stage["fine_tuned"].path, 300, 0).state_dict() for stage in (teacher, again)
    )
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 1e-3},
        {"weight_decay": 0.8},
        {"seed": 1},
        {"epochs": 3},
        {"teacher": STUDENT},
        {"precision": "bfloat16"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_each_choice_changes_the_teacher(tokens, teacher, tmp_path, changes):
    other = taught(tmp_path, tokens, **changes)

    assert other["metrics"].metadata != teacher["metrics"].metadata
