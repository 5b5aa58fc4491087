"""The second stage: the teacher learns to summarise."""

from kfp import dsl

from components.t5_distillation.image import IMAGE
from components.t5_distillation.models import MODELS, build_model, choose_device, choose_precision
from components.t5_distillation.rows import read_rows
from components.t5_distillation.training import TRAINING, cut_batches, make_optimiser, run_epochs


@dsl.component(
    base_image=IMAGE,
    install_kfp_package=False,
    packages_to_install=[],
    additional_funcs=[*MODELS, *TRAINING, read_rows],
)
def teach(
    train_set: dsl.Input[dsl.Dataset],
    fine_tuned: dsl.Output[dsl.Model],
    metrics: dsl.Output[dsl.Metrics],
    teacher: str,
    epochs: int,
    seed: int,
    device: str,
    precision: str,
    gradient_checkpointing: bool,
    learning_rate: float,
    weight_decay: float,
) -> None:
    """Fine-tune the teacher.

    Args:
        train_set: The tokens to learn from.
        fine_tuned: The teacher as a folder that transformers can load.
        metrics: `loss`, the mean cross-entropy of a token in the last epoch.
        teacher: Name on the hub, path of a folder, or a configuration (JSON).
        epochs: How often the teacher sees every row.
        seed: Draws random weights, the order of the batches, and what drops out.
        device: `auto`, `cpu`, `cuda`, or another that torch knows.
        precision: `auto`, `float32` or `bfloat16`.
        gradient_checkpointing: Compute activations twice rather than keep them.
        learning_rate: The highest learning rate of AdamW.
        weight_decay: The weight decay of AdamW.
    """
    rows, stored = read_rows(train_set)
    batches = cut_batches(rows, int(stored["batch_size"]))
    place = choose_device(device)
    computing = choose_precision(precision, place)
    model = build_model(teacher, int(stored["vocabulary"]), seed).to(place).train()
    if gradient_checkpointing:
        model.activation_checkpointing_enable()
    optimiser, schedule = make_optimiser(model, learning_rate, weight_decay, epochs * len(batches))

    def loss_of(batch):  # noqa: ANN001, ANN202  # the types need torch, which is loaded late
        with computing:
            return model(**batch).loss

    loss = run_epochs(batches, range(epochs), seed, loss_of, optimiser, schedule, place)
    model.save_pretrained(fine_tuned.path)
    metrics.log_metric("loss", loss)
