"""Fine-tuning a teacher and distilling it in three stages, with costs scaled up to 70B parameters.

The paper measured pipelines of at most 770M parameters and leaves larger ones open (arXiv
2411.03731). Here the T5 pipeline (`components/t5_distillation`: the same five stages and twelve
parameters) is simulated: its costs follow from what training and inference are known to take, its
quality is made up. Figures found with it are about the search, not about a model.

Assumptions about costs:

- Training takes 6 floating-point operations for each parameter and token, a forward pass 2 (Kaplan
  et al., 2020, arXiv 2001.08361, section 2.1). So fine-tuning a teacher of N parameters on D tokens
  takes 6 N D, distilling it into a student of n parameters 2 N D + 6 n D. A student has a tenth of
  its teacher's parameters.
- A chip is an H100: 989e12 dense bfloat16 operations a second (NVIDIA's data sheet), of which 0.4
  are put to use with large batches; Llama 3 was trained at 0.38 to 0.43 (Dubey et al., 2024, arXiv
  2407.21783), PaLM at 0.46 (Chowdhery et al., 2022, arXiv 2204.02311). That
  share falls with the rows in a chip's batch as b / (b + 4), an assumption of ours.
- 70B parameters are trained on 64 chips; their weights, gradients and AdamW's state in mixed
  precision, 16 bytes a parameter (Rajbhandari et al., 2020, arXiv 1910.02054, section 3.1), would
  not fit on fewer than 14 of 80 GB. The smaller teachers have one chip.
- The data are CNN/DailyMail's 287,113 training rows, cut to 640 tokens (512 and 128) and counted as
  full ones. The teacher sees them 5 times, the student 5 times in each stage, as in the paper.
- Tokenising is CPU work that no model size changes: a million tokens a second.
- A stage takes a minute to start, and reads and writes checkpoints at 2 GB a second: 2 bytes a
  parameter of a model, 16 of a student that is to be continued.
- What is taken from the cache costs an importer's 7 s (measured, `benchmarks/README.md`).

Assumptions about quality, which is a ROUGE-L by its size: the best learning rate falls with the
parameters to the power of 0.3, about as in GPT-3 (Brown et al., 2020, arXiv 2005.14165, table 2.1:
6e-4 at 125M, 0.6e-4 at 175B), rises with the square root of the batch, and halves from one
distillation to the next. Each distillation closes up to 0.6 of the gap that the one before left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from benchmarks.problems.problem import Problem, chain, random_warm_up
from eeipu_kfp.core.space import Float, Int, Space
from eeipu_kfp.runners.simulated import Arguments

_TOKENS = 287_113 * 640
_EPOCHS = 5
_TRAIN, _FORWARD = 6.0, 2.0
_CHIP_FLOPS = 989e12
_TOP_UTILISATION = 0.4
_HALF_BATCH = 4.0
_TOKENISED_A_SECOND = 1e6
_START_SECONDS = 60.0
_BYTES_A_SECOND = 2e9
_MODEL_BYTES, _TRAINED_BYTES = 2.0, 16.0
_IMPORTER_SECONDS = 7.0
_STUDENT_SHARE = 0.1
_BUDGET_TRIALS = 30
_USUAL_BATCH = 25

_DISTILLATIONS = ("distil-1", "distil-2", "distil-3")
_BEST_BATCH = 16
_BEST_DECAY = 0.01
_BEST_TEMPERATURE = 2.0
_BEST_RATE, _BEST_RATE_SIZE, _RATE_POWER = 3e-4, 60e6, 0.3
_CEILING, _TEACHER_LOSS, _STUDENT_GAP, _BATCH_LOSS = 0.42, 0.10, 0.20, 0.005
_CLOSED = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How large the teacher is, and what trains it.

    Attributes:
        parameters: Of the teacher.
        chips: How many there are for each stage but the first.
    """

    parameters: float
    chips: int

    @property
    def student(self) -> float:
        """Parameters of the student."""
        return _STUDENT_SHARE * self.parameters


SCALES: Mapping[str, Scale] = MappingProxyType(
    {
        "distillation-60m": Scale(parameters=60e6, chips=1),
        "distillation-770m": Scale(parameters=770e6, chips=1),
        "distillation-70b": Scale(parameters=70e9, chips=64),
    }
)
"""The problems by name: as large as t5-small, as t5-large, and as the paper leaves open."""

READS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "tokenise": ("batch_size",),
        "teach": ("teacher_learning_rate", "teacher_weight_decay"),
        **{
            stage: tuple(
                f"{stage.replace('-', '_')}_{name}"
                for name in ("learning_rate", "weight_decay", "temperature")
            )
            for stage in _DISTILLATIONS
        },
    }
)
"""The parameters of every stage."""

_DOMAINS = {
    "learning_rate": Float(1e-5, 1e-3, log=True),
    "weight_decay": Float(1e-4, 0.8, log=True),
    "temperature": Float(0.5, 10.0, log=True),
}

SPACE = Space(
    {
        "batch_size": Int(10, 40),
        **{
            name: next(domain for end, domain in _DOMAINS.items() if name.endswith(end))
            for stage, names in READS.items()
            if stage != "tokenise"
            for name in names
        },
    }
)
"""The ranges of the paper; but for the temperature, which had no effect there, and logarithmic."""


def scaled_distillation(name: str) -> Problem:
    """Return the pipeline at one of the scales; its budget is thirty usual trials."""
    scale = SCALES[name]
    usual = {"batch_size": _USUAL_BATCH}
    return Problem(
        name=name,
        pipeline=chain(name, READS, partial(seconds, scale), partial(quality, scale)),
        space=SPACE,
        budget=round(_BUDGET_TRIALS * sum(seconds(scale, stage, usual) for stage in READS)),
        optimum=_CEILING - _STUDENT_GAP * (1 - _CLOSED) ** len(_DISTILLATIONS),
        known_by="construction: every loss is 0 there, and no gap closes further",
        warm_up=partial(random_warm_up, SPACE),
        hit_seconds=_IMPORTER_SECONDS,
    )


def seconds(scale: Scale, stage: str, values: Arguments) -> float:
    """Return what a stage takes; the batch size alone bears on it."""
    if stage == "tokenise":
        return _START_SECONDS + _TOKENS / _TOKENISED_A_SECOND
    batch = float(values["batch_size"])
    speed = scale.chips * _CHIP_FLOPS * _TOP_UTILISATION * batch / (batch + _HALF_BATCH)
    return (
        _START_SECONDS
        + _operations(scale, stage) * _TOKENS * _EPOCHS / speed
        + _checkpoint_bytes(scale, stage) / _BYTES_A_SECOND
    )


def quality(scale: Scale, values: Arguments) -> float:
    """Return what stands for the student's ROUGE-L after the last stage."""
    taught = _fitness(scale.parameters, 0, "teacher", values)
    gap = _STUDENT_GAP
    for place, stage in enumerate(_DISTILLATIONS):
        prefix = stage.replace("-", "_")
        gap *= 1 - _CLOSED * _fitness(scale.student, place, prefix, values)
    batch = math.log2(values["batch_size"] / _BEST_BATCH)
    return _CEILING - _TEACHER_LOSS * (1 - taught) - gap - _BATCH_LOSS * batch**2


def best_rate(parameters: float, place: int, batch_size: int) -> float:
    """Return the best learning rate.

    Args:
        parameters: Of the model that learns.
        place: How many stages it has learned in before.
        batch_size: Rows in a chip's batch.
    """
    size = (parameters / _BEST_RATE_SIZE) ** -_RATE_POWER
    return _BEST_RATE * size * math.sqrt(batch_size / _BEST_BATCH) / 2.0**place


def _operations(scale: Scale, stage: str) -> float:
    if stage == "teach":
        return _TRAIN * scale.parameters
    return _FORWARD * scale.parameters + _TRAIN * scale.student


def _checkpoint_bytes(scale: Scale, stage: str) -> float:
    if stage == "teach":
        return 2 * _MODEL_BYTES * scale.parameters
    continued = 1 if stage == _DISTILLATIONS[0] else 2
    return _MODEL_BYTES * scale.parameters + continued * _TRAINED_BYTES * scale.student


def _fitness(parameters: float, place: int, prefix: str, values: Arguments) -> float:
    wanted = best_rate(parameters, place, values["batch_size"])
    rate = math.log10(values[f"{prefix}_learning_rate"] / wanted)
    decay = math.log10(values[f"{prefix}_weight_decay"] / _BEST_DECAY)
    # A teacher has no temperature.
    heat = math.log2(values.get(f"{prefix}_temperature", _BEST_TEMPERATURE) / _BEST_TEMPERATURE)
    return math.exp(-2.0 * rate**2 - 0.1 * decay**2 - 0.2 * heat**2)
