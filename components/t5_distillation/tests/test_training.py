import numpy as np
import pytest
import torch

from components.t5_distillation.training import cut_batches, make_batch, make_optimiser, run_epochs

CPU = torch.device("cpu")
ROWS = [(np.array([5, 6, 1]), np.array([7, 1])), (np.array([5, 1]), np.array([7, 8, 9, 1]))]


def model():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False), torch.nn.LayerNorm(2))


def test_padding_is_masked_in_texts_and_ignored_in_summaries():
    batch = make_batch(ROWS, CPU)

    assert batch["input_ids"].tolist() == [[5, 6, 1], [5, 1, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch["labels"].tolist() == [[7, 1, -100, -100], [7, 8, 9, 1]]


def test_the_last_batch_holds_what_is_left():
    assert cut_batches(list("abcde"), 2) == [["a", "b"], ["c", "d"], ["e"]]


def test_the_learning_rate_rises_over_a_tenth_of_the_steps_and_falls_to_zero():
    optimiser, schedule = make_optimiser(model(), 0.5, 0.0, 20)

    rates = []
    for _ in range(21):
        rates.append(schedule.get_last_lr()[0])
        optimiser.step()
        schedule.step()

    assert rates[:3] == [0.25, 0.5, 0.5]
    assert rates[20] == 0
    np.testing.assert_allclose(np.diff(rates[2:]), -0.5 / 18)


def test_only_matrices_decay():
    found = model()
    optimiser, _ = make_optimiser(found, 0.5, 0.25, 1)
    before = [weight.detach().clone() for weight in found.parameters()]

    for weight in found.parameters():
        weight.grad = torch.zeros_like(weight)
    optimiser.step()

    matrix, scale, shift = found.parameters()
    torch.testing.assert_close(matrix, before[0] * (1 - 0.5 * 0.25))
    assert torch.equal(scale, before[1])
    assert torch.equal(shift, before[2])


def run(epochs, seed=0):
    """The batches in the order in which they are learned from, and what a dropout would draw."""
    found = model()
    seen = []

    def loss_of(batch):
        seen.append((batch["input_ids"][0, 0].item(), torch.rand(()).item()))
        return found(torch.ones(2)).sum()

    batches = [[(np.array([k, 1]), np.array([1]))] for k in range(8)]
    run_epochs(batches, epochs, seed, loss_of, *make_optimiser(found, 0.1, 0.0, 99), CPU)
    return seen


def test_every_epoch_sees_every_batch_in_an_order_of_its_own():
    seen = run(range(2))

    first, second = ([batch for batch, _ in part] for part in (seen[:8], seen[8:]))
    assert sorted(first) == sorted(second) == list(range(8))
    assert first != second


def test_the_chance_of_an_epoch_is_the_same_in_any_process():
    whole = run(range(2))

    assert run(range(1)) + run(range(1, 2)) == whole
    assert run(range(1), seed=1) != whole[:8]


def test_the_mean_loss_of_the_last_epoch_is_told():
    found = model()
    losses = iter([9.0, 9.0, 1.0, 2.0])

    def loss_of(batch):
        return found(torch.ones(2)).sum() * 0 + next(losses)

    batches = [[ROWS[0]], [ROWS[1]]]
    optimiser = make_optimiser(found, 0.1, 0.0, 4)

    assert run_epochs(batches, range(2), 0, loss_of, *optimiser, CPU) == 1.5


def test_a_large_gradient_is_cut():
    found = model()
    optimiser = torch.optim.SGD(found.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda _: 1.0)
    before = torch.nn.utils.parameters_to_vector(found.parameters()).detach()

    run_epochs([ROWS], range(1), 0, lambda _: 1e6 * found[1].bias.sum(), optimiser, schedule, CPU)

    after = torch.nn.utils.parameters_to_vector(found.parameters()).detach()
    assert torch.linalg.vector_norm(after - before).item() == pytest.approx(1.0)


def test_a_loss_that_is_no_number_is_told():
    found = model()
    optimiser = make_optimiser(found, 0.1, 0.0, 1)

    with pytest.raises(ValueError, match="the loss is nan in epoch 0; lower the learning rate"):
        run_epochs(
            [ROWS], range(1), 0, lambda _: found(torch.ones(2)).sum() * np.nan, *optimiser, CPU
        )
