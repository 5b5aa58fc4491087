"""The T5 distillation pipeline of `components/t5_distillation` as functions: its own code.

Its default models and data, with half of the rows. Kubeflow Pipelines and torch are imported only
where a stage is run, not where a recording is replayed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.problems.artifacts import Artifact

_SEED = 0
_TRAIN_ROWS, _VALIDATION_ROWS = 480, 80
_VOCABULARY = 1000
_TEXT_TOKENS, _SUMMARY_TOKENS = 48, 20
_TEACHER_EPOCHS, _STUDENT_EPOCHS = 6, 3
_STAGES = 3
_WEIGHT_DECAY = 0.01
_SOFT_SHARE = 0.5
_TEMPERATURE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What the stages leave to those after them.

    Attributes:
        train: Tokens to learn from.
        validation: Tokens to be judged by.
        tokenizer: What turned texts into tokens.
        teacher: The fine-tuned teacher; None before it is.
        student: The student's checkpoint; None before the first stage of distillation.
    """

    train: Artifact
    validation: Artifact
    tokenizer: Artifact
    teacher: Artifact | None = None
    student: Artifact | None = None


def tokenised(_: None, batch_size: int) -> Lesson:
    """Turn the standard library's docstrings into batches of tokens."""
    from components.t5_distillation.pipeline import TEACHER  # noqa: PLC0415  # loads kfp
    from components.t5_distillation.tokenisation import tokenise  # noqa: PLC0415  # loads kfp

    train, validation, tokenizer = Artifact(), Artifact(), Artifact()
    tokenise.python_func(
        train_set=train,
        validation_set=validation,
        tokenizer=tokenizer,
        data="",
        text_field="text",
        summary_field="summary",
        train_rows=_TRAIN_ROWS,
        validation_rows=_VALIDATION_ROWS,
        teacher=TEACHER,
        vocabulary=_VOCABULARY,
        prefix="summarize: ",
        text_tokens=_TEXT_TOKENS,
        summary_tokens=_SUMMARY_TOKENS,
        seed=_SEED,
        batch_size=batch_size,
    )
    return Lesson(train=train, validation=validation, tokenizer=tokenizer)


def taught(lesson: Lesson, log10_teacher_rate: float) -> Lesson:
    """Fine-tune the teacher."""
    from components.t5_distillation.pipeline import TEACHER  # noqa: PLC0415  # loads kfp
    from components.t5_distillation.teaching import teach  # noqa: PLC0415  # loads kfp and torch

    teacher = Artifact()
    teach.python_func(
        train_set=lesson.train,
        fine_tuned=teacher,
        metrics=Artifact(),
        teacher=TEACHER,
        epochs=_TEACHER_EPOCHS,
        seed=_SEED,
        device="cpu",
        precision="auto",
        gradient_checkpointing=False,
        learning_rate=10.0**log10_teacher_rate,
        weight_decay=_WEIGHT_DECAY,
    )
    return replace(lesson, teacher=teacher)


def distilled_first(lesson: Lesson, log10_first_rate: float) -> Lesson:
    """Begin a student."""
    return _distilled(lesson, log10_first_rate, _TEMPERATURE)[0]


def distilled_second(lesson: Lesson, log10_second_rate: float) -> Lesson:
    """Go on with the student."""
    return _distilled(lesson, log10_second_rate, _TEMPERATURE)[0]


def distilled_third(lesson: Lesson, log10_third_rate: float, third_temperature: float) -> float:
    """Finish the student; return the ROUGE-L of what it writes."""
    return _distilled(lesson, log10_third_rate, third_temperature)[1]


def _distilled(lesson: Lesson, log10_rate: float, temperature: float) -> tuple[Lesson, float]:
    from components.t5_distillation.distillation import distil  # noqa: PLC0415  # loads kfp, torch
    from components.t5_distillation.pipeline import STUDENT  # noqa: PLC0415  # loads kfp

    checkpoint = Artifact()
    score = distil.python_func(
        train_set=lesson.train,
        validation_set=lesson.validation,
        tokenizer=lesson.tokenizer,
        fine_tuned=lesson.teacher,
        previous=lesson.student,
        checkpoint=checkpoint,
        metrics=Artifact(),
        examples=Artifact(),
        student=STUDENT,
        stages=_STAGES,
        epochs=_STUDENT_EPOCHS,
        soft_share=_SOFT_SHARE,
        summary_tokens=_SUMMARY_TOKENS,
        seed=_SEED,
        device="cpu",
        precision="auto",
        gradient_checkpointing=False,
        learning_rate=10.0**log10_rate,
        weight_decay=_WEIGHT_DECAY,
        temperature=temperature,
    )
    return replace(lesson, student=checkpoint), float(score[0])
