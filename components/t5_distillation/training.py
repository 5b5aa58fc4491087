"""What fine-tuning and distilling have in common: batches, AdamW, a schedule, and epochs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import torch
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LambdaLR


def make_batch(
    rows: "list[tuple[np.ndarray, np.ndarray]]", device: "torch.device"
) -> "dict[str, torch.Tensor]":
    """Return rows as T5 takes them.

    Args:
        rows: The tokens of b texts and of their summaries.
        device: Where the tensors shall be.

    Returns:
        `input_ids` and `attention_mask` (b x longest text), and `labels` (b x longest summary), in
        which -100 stands beyond a summary's end.
    """
    import torch
    from torch.nn.utils.rnn import pad_sequence

    texts, labels = (
        [torch.from_numpy(row).long() for row in side] for side in zip(*rows, strict=True)
    )
    batch = {
        "input_ids": pad_sequence(texts, batch_first=True),
        "attention_mask": pad_sequence([torch.ones_like(row) for row in texts], batch_first=True),
        "labels": pad_sequence(labels, batch_first=True, padding_value=-100),
    }
    return {name: tensor.to(device) for name, tensor in batch.items()}


def cut_batches(rows: list[Any], batch_size: int) -> list[list[Any]]:
    """Cut rows into batches; the last may be smaller."""
    return [rows[start : start + batch_size] for start in range(0, len(rows), batch_size)]


def make_optimiser(
    model: "torch.nn.Module", learning_rate: float, weight_decay: float, steps: int
) -> "tuple[Optimizer, LambdaLR]":
    """Return AdamW, and a learning rate that rises over a tenth of the steps and then falls to 0.

    Only matrices decay: the scales of T5's layer norms do not.

    Args:
        model: What to train.
        learning_rate: The highest learning rate.
        weight_decay: Share of a weight, times the learning rate, that a step takes away.
        steps: How many steps the schedule has.
    """
    from torch.optim import AdamW
    from torch.optim.lr_scheduler import LambdaLR

    matrices, scales = (
        [weights for weights in model.parameters() if (weights.ndim > 1) == is_matrix]
        for is_matrix in (True, False)
    )
    groups = [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": scales, "weight_decay": 0.0},
    ]
    optimiser = AdamW(groups, lr=learning_rate)
    rising = max(1, steps // 10)

    def factor(step: int) -> float:
        return min((step + 1) / rising, max(0.0, (steps - step) / max(1, steps - rising)))

    return optimiser, LambdaLR(optimiser, factor)


def run_epochs(
    batches: "list[list[tuple[np.ndarray, np.ndarray]]]",
    epochs: range,
    seed: int,
    loss_of: "Callable[[dict[str, torch.Tensor]], torch.Tensor]",
    optimiser: "Optimizer",
    schedule: "LambdaLR",
    device: "torch.device",
) -> float:
    """Take a step for every batch, in each of some epochs.

    An epoch has its own random numbers, so that it does not matter in which process the ones before
    it ran.

    Args:
        batches: What to learn from.
        epochs: The numbers of the epochs.
        seed: With an epoch's number, draws the order of its batches and what drops out.
        loss_of: A batch -> its loss.
        optimiser: What takes the steps; gradients are cut to norm 1.
        schedule: What moves on with every step.
        device: Where the model is.

    Returns:
        The mean loss in the last epoch.

    Raises:
        ValueError: The loss is no longer a number.
    """
    import numpy as np
    import torch

    weights = [weight for group in optimiser.param_groups for weight in group["params"]]
    mean = torch.zeros(())
    for epoch in epochs:
        random = np.random.default_rng([seed, epoch])
        torch.manual_seed(int(random.integers(2**31)))
        total = torch.zeros((), device=device)
        for place in random.permutation(len(batches)):
            loss = loss_of(make_batch(batches[place], device))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            total += loss.detach()
        mean = total.cpu() / len(batches)
        if not torch.isfinite(mean):
            message = f"the loss is {mean.item()} in epoch {epoch}; lower the learning rate"
            raise ValueError(message)
    return mean.item()


TRAINING = [make_batch, cut_batches, make_optimiser, run_epochs]
"""What a stage that trains takes along."""
