import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy, softmax

from components.t5_distillation.distillation import (
    check_distillation,
    distillation_loss,
    take_up,
)
from components.t5_distillation.models import build_model
from components.t5_distillation.tests.stages import (
    DISTILLED,
    count_layers,
    differing_files,
    distilled,
)
from components.t5_distillation.training import make_optimiser

LABELS = torch.tensor([[4, 1, -100], [2, 3, 1]])


def opinions():
    torch.manual_seed(0)
    return torch.randn(2, 3, 5), torch.randn(2, 3, 5)


def weights_of(found):
    return load_file(Path(found["checkpoint"].path) / "model.safetensors")


def training_of(found):
    return torch.load(Path(found["checkpoint"].path) / "training.pt")


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_the_loss_is_the_divergence_at_the_temperature_and_the_cross_entropy(temperature):
    student, teacher = opinions()

    loss = distillation_loss(student, teacher, LABELS, temperature, 0.3)

    told = LABELS != -100
    p, q = (softmax(logits[told] / temperature, dim=-1) for logits in (teacher, student))
    divergence = (p * (p.log() - q.log())).sum() / told.sum()
    hard = cross_entropy(student[told], LABELS[told])
    torch.testing.assert_close(loss, 0.3 * temperature**2 * divergence + 0.7 * hard)


def test_a_student_that_agrees_with_the_teacher_has_no_soft_loss():
    student, _ = opinions()

    loss = distillation_loss(student, student, LABELS, 3.0, 1.0)

    assert loss.item() == pytest.approx(0, abs=1e-6)


def test_what_stands_beyond_the_end_of_a_summary_does_not_count():
    student, teacher = opinions()
    before = distillation_loss(student, teacher, LABELS, 2.0, 0.5)

    student[0, 2], teacher[0, 2] = 99.0, -99.0

    assert distillation_loss(student, teacher, LABELS, 2.0, 0.5) == before


def test_the_square_of_the_temperature_keeps_the_gradient_of_softened_logits():
    student, teacher = opinions()
    student.requires_grad_()

    norms = []
    for temperature in (10.0, 100.0):
        student.grad = None
        distillation_loss(student, teacher, LABELS, temperature, 1.0).backward()
        norms.append(torch.linalg.vector_norm(student.grad).item())

    assert norms[1] == pytest.approx(norms[0], rel=0.1)


@pytest.mark.parametrize("temperature", [0.0, -1.0])
def test_a_temperature_must_be_above_zero(temperature):
    with pytest.raises(ValueError, match=f"temperature is {temperature}, but must be above 0"):
        check_distillation(temperature, {"teacher": 5, "student": 5})


def test_a_student_with_another_vocabulary_is_refused(tokens, teacher, tmp_path):
    build_model(DISTILLED["student"], 400, 0).save_pretrained(tmp_path / "student")

    with pytest.raises(ValueError, match=r"know {'teacher': 300, 'student': 400}"):
        distilled(tmp_path / "out", tokens, teacher, student=str(tmp_path / "student"))


def test_a_stage_takes_up_moments_and_schedule_but_has_rates_of_its_own():
    def fresh(learning_rate, weight_decay):
        torch.manual_seed(0)
        model = torch.nn.Linear(2, 2)
        return model, *make_optimiser(model, learning_rate, weight_decay, 10)

    model, optimiser, schedule = fresh(0.1, 0.0)
    for _ in range(4):
        optimiser.zero_grad()
        model(torch.ones(2)).sum().backward()
        optimiser.step()
        schedule.step()
    state = {"optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}

    _, other, other_schedule = fresh(0.2, 0.5)
    take_up(other, other_schedule, state, 0.2, 0.5)

    assert other_schedule.last_epoch == 4
    assert [group["weight_decay"] for group in other.param_groups] == [0.5, 0.0]
    (rate,) = {group["lr"] for group in other.param_groups}
    assert rate == pytest.approx(2 * optimiser.param_groups[0]["lr"])
    kept = other.state_dict()["state"]
    assert all(
        torch.equal(kept[place][name], moment)
        for place, moments in state["optimiser"]["state"].items()
        for name, moment in moments.items()
    )
    other.step()
    other_schedule.step()
    assert other.param_groups[0]["lr"] == pytest.approx(0.2 * 5 / 9)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_two_halves_are_one_whole(tokens, teacher, tmp_path, precision):
    whole = distilled(tmp_path / "0", tokens, teacher, stages=1, epochs=4, precision=precision)
    halves = {"stages": 2, "epochs": 2, "precision": precision}
    first = distilled(tmp_path / "1", tokens, teacher, **halves)
    second = distilled(tmp_path / "2", tokens, teacher, first, **halves)

    expected = weights_of(whole)
    assert all(torch.equal(w, expected[name]) for name, w in weights_of(second).items())
    assert second["score"] == whole["score"]
    assert training_of(second)["epochs"] == training_of(whole)["epochs"] == 4


def test_a_stage_goes_on_with_the_student_and_not_with_a_new_one(tokens, teacher, students):
    losses = [found["metrics"].metadata["loss"] for found in students]

    assert losses[0] > losses[1] > losses[2]
    assert [training_of(found)["epochs"] for found in students] == [3, 6, 9]


def test_the_schedule_ends_with_the_last_stage(students):
    rates = [training_of(found)["schedule"]["_last_lr"][0] for found in students]

    assert rates[0] > rates[1] > rates[2] == 0


def test_only_the_first_stage_builds_the_student(tokens, teacher, students, tmp_path):
    other = json.dumps({**json.loads(DISTILLED["student"]), "d_ff": 48})

    found = distilled(tmp_path, tokens, teacher, students[0], student=other)

    assert weights_of(found).keys() == weights_of(students[1]).keys()
    assert found["score"] == students[1]["score"]


def test_the_score_is_there_exactly_and_for_people(tokens, teacher, students):
    found = students[-1]

    assert found["score"] == (found["metrics"].metadata["rouge_l"],)
    assert 0.1 < found["score"][0] <= 1
    table = Path(found["examples"].path).read_text().splitlines()
    assert table[0] == "| Reference | Written |"
    assert len(table) == 12


def test_the_same_seed_gives_the_same_files(tokens, teacher, students, tmp_path):
    again = distilled(tmp_path, tokens, teacher, students[0])

    assert not differing_files(again["checkpoint"], students[1]["checkpoint"])
    assert again["metrics"].metadata == students[1]["metrics"].metadata


def test_activations_that_are_computed_twice_are_the_same(tokens, teacher, students, tmp_path):
    usual = [tokens, teacher, students[0]]

    _, once = count_layers(distilled, tmp_path / "kept", *usual)
    found, more = count_layers(distilled, tmp_path / "twice", *usual, gradient_checkpointing=True)

    assert more > once
    torch.testing.assert_close(weights_of(found), weights_of(students[1]))


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 2e-3},
        {"weight_decay": 0.8},
        {"temperature": 8.0},
        {"soft_share": 0.9},
        {"seed": 1},
        {"epochs": 2},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_each_choice_changes_the_student(tokens, teacher, students, tmp_path, changes):
    other = weights_of(distilled(tmp_path, tokens, teacher, students[0], **changes))

    usual = weights_of(students[1])
    assert not all(torch.equal(weight, usual[name]) for name, weight in other.items())
