"""The T5 distillation pipeline; `python -m components.t5_distillation.pipeline` compiles it.

The shape and the twelve hyperparameters are those of the T5 pipeline in the EEIPU paper (arXiv
2411.03731).
"""

import copy
import dataclasses
import json
from pathlib import Path

from kfp import compiler, dsl

from components.t5_distillation.distillation import distil
from components.t5_distillation.teaching import teach
from components.t5_distillation.tokenisation import tokenise

COMPILED = Path(__file__).with_suffix(".yaml")

# What a core can teach to write in ten seconds: smaller first weights than T5's own get there
# sooner, and what has seen this little need not forget.
_TINY = {"num_layers": 1, "num_heads": 4, "dropout_rate": 0.0, "initializer_factor": 0.5}
TEACHER = json.dumps({"d_model": 64, "d_kv": 16, "d_ff": 128, **_TINY})
STUDENT = json.dumps({"d_model": 48, "d_kv": 12, "d_ff": 96, **_TINY})


def distil_as(name: str) -> dsl.base_component.BaseComponent:
    """Return the distilling component under another name, which a stage of it then bears."""
    named = copy.copy(distil)
    named.component_spec = dataclasses.replace(distil.component_spec, name=name)
    return named


@dsl.pipeline(
    name="t5-distillation",
    description="Fine-tune T5 to summarise, and distil it into a smaller one in three stages.",
)
def t5_distillation(
    data: str = "",
    text_field: str = "text",
    summary_field: str = "summary",
    train_rows: int = 960,
    validation_rows: int = 160,
    teacher: str = TEACHER,
    student: str = STUDENT,
    vocabulary: int = 1000,
    prefix: str = "summarize: ",
    text_tokens: int = 48,
    summary_tokens: int = 20,
    seed: int = 0,
    batch_size: int = 24,
    teacher_epochs: int = 6,
    device: str = "auto",
    precision: str = "auto",
    gradient_checkpointing: bool = False,
    teacher_learning_rate: float = 1e-2,
    teacher_weight_decay: float = 0.01,
    distil_epochs: int = 3,
    soft_share: float = 0.5,
    distil_1_learning_rate: float = 1e-2,
    distil_1_weight_decay: float = 0.01,
    distil_1_temperature: float = 2.0,
    distil_2_learning_rate: float = 1e-2,
    distil_2_weight_decay: float = 0.01,
    distil_2_temperature: float = 2.0,
    distil_3_learning_rate: float = 1e-2,
    distil_3_weight_decay: float = 0.01,
    distil_3_temperature: float = 2.0,
) -> None:
    """Tokenise, fine-tune the teacher, then teach the student in three stages that continue it.

    Args:
        data: `cnn_dailymail`, path or URI of a JSONL file; empty for docstrings of this Python.
        text_field: The JSONL file's field that holds a text.
        summary_field: The JSONL file's field that holds its summary.
        train_rows: How many rows to learn from, at most.
        validation_rows: How many rows judge the student.
        teacher: Name on the hub, path of a folder, or fields of T5Config (JSON).
        student: The same for the student.
        vocabulary: How many tokens there may be where the teacher brings no tokenizer.
        prefix: What stands before every text.
        text_tokens: Where texts are cut.
        summary_tokens: Where summaries are cut.
        seed: Fixes every random choice.
        batch_size: How many rows a batch has.
        teacher_epochs: How often the teacher sees every row.
        device: `auto`, `cpu`, `cuda`, or another that torch knows.
        precision: `auto`, `float32` or `bfloat16`.
        gradient_checkpointing: Compute activations twice rather than keep them.
        teacher_learning_rate: The teacher's highest learning rate.
        teacher_weight_decay: The teacher's weight decay.
        distil_epochs: How often the student sees every row in each of its stages.
        soft_share: Weight of the teacher's opinion against what is right.
        distil_1_learning_rate: The student's highest learning rate in the first stage.
        distil_1_weight_decay: The student's weight decay in the first stage.
        distil_1_temperature: What softens both opinions in the first stage.
        distil_2_learning_rate: The student's highest learning rate in the second stage.
        distil_2_weight_decay: The student's weight decay in the second stage.
        distil_2_temperature: What softens both opinions in the second stage.
        distil_3_learning_rate: The student's highest learning rate in the third stage.
        distil_3_weight_decay: The student's weight decay in the third stage.
        distil_3_temperature: What softens both opinions in the third stage.
    """
    tokens = tokenise(
        data=data,
        text_field=text_field,
        summary_field=summary_field,
        train_rows=train_rows,
        validation_rows=validation_rows,
        teacher=teacher,
        vocabulary=vocabulary,
        prefix=prefix,
        text_tokens=text_tokens,
        summary_tokens=summary_tokens,
        seed=seed,
        batch_size=batch_size,
    )
    taught = teach(
        train_set=tokens.outputs["train_set"],
        teacher=teacher,
        epochs=teacher_epochs,
        seed=seed,
        device=device,
        precision=precision,
        gradient_checkpointing=gradient_checkpointing,
        learning_rate=teacher_learning_rate,
        weight_decay=teacher_weight_decay,
    )
    chosen = (
        (distil_1_learning_rate, distil_1_weight_decay, distil_1_temperature),
        (distil_2_learning_rate, distil_2_weight_decay, distil_2_temperature),
        (distil_3_learning_rate, distil_3_weight_decay, distil_3_temperature),
    )
    tasks = [tokens, taught]
    earlier = {}
    for number, (learning_rate, weight_decay, temperature) in enumerate(chosen, start=1):
        tasks.append(
            distil_as(f"distil-{number}")(
                train_set=tokens.outputs["train_set"],
                validation_set=tokens.outputs["validation_set"],
                tokenizer=tokens.outputs["tokenizer"],
                fine_tuned=taught.outputs["fine_tuned"],
                student=student,
                stages=len(chosen),
                epochs=distil_epochs,
                soft_share=soft_share,
                summary_tokens=summary_tokens,
                seed=seed,
                device=device,
                precision=precision,
                gradient_checkpointing=gradient_checkpointing,
                learning_rate=learning_rate,
                weight_decay=weight_decay,
                temperature=temperature,
                **earlier,
            )
        )
        earlier = {"previous": tasks[-1].outputs["checkpoint"]}
    for task in tasks:
        # Sums in one order, whatever the machine; small matrices would only wait for more threads.
        task.set_env_variable("OMP_NUM_THREADS", "1")
        task.set_env_variable("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


if __name__ == "__main__":
    compiler.Compiler().compile(t5_distillation, str(COMPILED))
