"""The third stage, of which there are several: the student learns from the teacher, and goes on."""

from typing import TYPE_CHECKING, Any, NamedTuple

from kfp import dsl

from components.t5_distillation.image import IMAGE
from components.t5_distillation.models import MODELS, build_model, choose_device, choose_precision
from components.t5_distillation.rows import read_rows
from components.t5_distillation.scoring import (
    SCORING,
    mean_rouge_l,
    summarise,
    tell_examples,
)
from components.t5_distillation.training import TRAINING, cut_batches, make_optimiser, run_epochs

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LambdaLR
    from transformers import T5ForConditionalGeneration


def distillation_loss(
    student: "torch.Tensor",
    teacher: "torch.Tensor",
    labels: "torch.Tensor",
    temperature: float,
    soft_share: float,
) -> "torch.Tensor":
    """Return soft_share T^2 KL(teacher at T || student at T) + (1 - soft_share) cross-entropy.

    Both are means over the tokens that there are. T^2 makes up for the gradient of the softened
    logits, which shrinks by it (Hinton, Vinyals and Dean, 2015, arXiv 1503.02531).

    Args:
        student: Logits (b x length x tokens).
        teacher: Logits of the same shape.
        labels: What is right (b x length); -100 where there is nothing.
        temperature: T, above 0; the higher, the more the teacher's unlikely tokens count.
        soft_share: Weight of the teacher's opinion against what is right, in [0, 1].
    """
    from torch.nn.functional import cross_entropy, kl_div, log_softmax

    told = labels >= 0
    student, teacher = student[told].float(), teacher[told].float()
    soft = kl_div(
        log_softmax(student / temperature, dim=-1),
        log_softmax(teacher / temperature, dim=-1),
        reduction="batchmean",
        log_target=True,
    )
    hard = cross_entropy(student, labels[told])
    return soft_share * temperature**2 * soft + (1 - soft_share) * hard


def soft_loss(
    student: "T5ForConditionalGeneration",
    teacher: "T5ForConditionalGeneration",
    temperature: float,
    soft_share: float,
    computing: "torch.autocast",
) -> "Callable[[dict[str, torch.Tensor]], torch.Tensor]":
    """Return the function from a batch to its distillation loss.

    Args:
        student: The model that learns.
        teacher: The model that is asked.
        temperature: As in `distillation_loss`.
        soft_share: As in `distillation_loss`.
        computing: The context of forward passes.
    """
    import torch

    def loss_of(batch: "dict[str, torch.Tensor]") -> "torch.Tensor":
        with computing:
            with torch.no_grad():
                opinion = teacher(**batch).logits
            answer = student(**batch).logits
        return distillation_loss(answer, opinion, batch["labels"], temperature, soft_share)

    return loss_of


def take_up(
    optimiser: "Optimizer",
    schedule: "LambdaLR",
    state: dict[str, Any],
    learning_rate: float,
    weight_decay: float,
) -> None:
    """Go on where another process stopped, with a learning rate and a weight decay of one's own.

    AdamW's moments and the place in the schedule are the saved ones.

    Args:
        optimiser: As `make_optimiser` returns it.
        schedule: As `make_optimiser` returns it.
        state: The `optimiser` and `schedule` states that were saved.
        learning_rate: The highest learning rate from now on.
        weight_decay: The weight decay of matrices from now on.
    """
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    schedule.base_lrs = [learning_rate for _ in optimiser.param_groups]
    factors = [factor(schedule.last_epoch) for factor in schedule.lr_lambdas]
    for group, factor in zip(optimiser.param_groups, factors, strict=True):
        group.update(initial_lr=learning_rate, lr=learning_rate * factor)
    optimiser.param_groups[0]["weight_decay"] = weight_decay


def save_checkpoint(
    folder: str,
    model: "T5ForConditionalGeneration",
    optimiser: "Optimizer",
    schedule: "LambdaLR",
    epochs: int,
) -> None:
    """Save a model as transformers does, and beside it all that its training needs to go on."""
    from pathlib import Path

    import torch

    model.save_pretrained(folder)
    training = {"optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}
    with (Path(folder) / "training.pt").open("wb") as file:
        torch.save({**training, "epochs": epochs}, file)


def check_distillation(temperature: float, tokens: dict[str, int]) -> None:
    """Refuse what cannot be computed.

    Args:
        temperature: What softens the logits.
        tokens: How many tokens teacher and student know.

    Raises:
        ValueError: The temperature is not above 0, or the two do not speak of the same tokens.
    """
    if temperature <= 0:
        message = f"the temperature is {temperature}, but must be above 0: logits are divided by it"
        raise ValueError(message)
    if len(set(tokens.values())) > 1:
        message = f"teacher and student must know the same tokens, but know {tokens}"
        raise ValueError(message)


@dsl.component(
    base_image=IMAGE,
    install_kfp_package=False,
    packages_to_install=[],
    additional_funcs=[
        *MODELS,
        *TRAINING,
        *SCORING,
        read_rows,
        distillation_loss,
        soft_loss,
        take_up,
        save_checkpoint,
        check_distillation,
    ],
)
def distil(
    train_set: dsl.Input[dsl.Dataset],
    validation_set: dsl.Input[dsl.Dataset],
    tokenizer: dsl.Input[dsl.Artifact],
    fine_tuned: dsl.Input[dsl.Model],
    checkpoint: dsl.Output[dsl.Model],
    metrics: dsl.Output[dsl.Metrics],
    examples: dsl.Output[dsl.Markdown],
    student: str,
    stages: int,
    epochs: int,
    soft_share: float,
    summary_tokens: int,
    seed: int,
    device: str,
    precision: str,
    gradient_checkpointing: bool,
    learning_rate: float,
    weight_decay: float,
    temperature: float,
    previous: dsl.Input[dsl.Model] = None,
) -> NamedTuple("Score", [("rouge_l", float)]):
    """Teach the student, from where the previous stage left it, and judge what it then writes.

    Args:
        train_set: The tokens to learn from.
        validation_set: The tokens to summarise, and what the summaries should be.
        tokenizer: Turns the student's tokens into text.
        fine_tuned: The teacher.
        checkpoint: The student as a folder that transformers can load, and how its training stands.
        metrics: `rouge_l`, and `loss`, the mean loss of a token in the last epoch.
        examples: Some summaries beside what they should be.
        student: Name on the hub, path of a folder, or a configuration (JSON); the first stage alone
            builds it.
        stages: How many stages share one schedule of the learning rate.
        epochs: How often the student sees every row in this stage.
        soft_share: Weight of the teacher's opinion against what is right.
        summary_tokens: How many tokens a summary may have.
        seed: Draws random weights, the order of the batches, and what drops out.
        device: `auto`, `cpu`, `cuda`, or another that torch knows.
        precision: `auto`, `float32` or `bfloat16`.
        gradient_checkpointing: Compute activations twice rather than keep them.
        learning_rate: The highest learning rate of AdamW in this stage.
        weight_decay: The weight decay of AdamW in this stage.
        temperature: What the logits of both are divided by in this stage.
        previous: The checkpoint of the stage before; none for the first.

    Returns:
        The mean ROUGE-L of the summaries that the student writes.
    """
    from pathlib import Path

    import torch

    rows, stored = read_rows(train_set)
    batches, tokens = cut_batches(rows, int(stored["batch_size"])), int(stored["vocabulary"])
    place = choose_device(device)
    computing = choose_precision(precision, place)
    teacher = build_model(fine_tuned.path, tokens, seed).to(place).eval()
    model = build_model(previous.path if previous else student, tokens, seed).to(place).train()
    if gradient_checkpointing:
        model.activation_checkpointing_enable()
    known = {"teacher": teacher.config.vocab_size, "student": model.config.vocab_size}
    check_distillation(temperature, known)
    steps = stages * epochs * len(batches)
    optimiser, schedule = make_optimiser(model, learning_rate, weight_decay, steps)
    done = 0
    if previous:
        state = torch.load(Path(previous.path) / "training.pt", map_location=place)
        take_up(optimiser, schedule, state, learning_rate, weight_decay)
        done = state["epochs"]

    todo = range(done, done + epochs)
    loss_of = soft_loss(model, teacher, temperature, soft_share, computing)
    loss = run_epochs(batches, todo, seed, loss_of, optimiser, schedule, place)
    save_checkpoint(checkpoint.path, model, optimiser, schedule, todo.stop)
    with computing:
        references, written = summarise(
            model, validation_set, tokenizer.path, summary_tokens, place
        )
    score = mean_rouge_l(references, written)
    metrics.log_metric("rouge_l", score)
    metrics.log_metric("loss", loss)
    Path(examples.path).write_text(tell_examples(references, written), encoding="utf-8")
    return (score,)
