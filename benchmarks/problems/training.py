"""A made-up training pipeline in which good models are dear ones.

Five stages: sample rows, tokenize, train, distil, calibrate. More rows, longer sequences, a larger
vocabulary, more epochs and a wider model raise the quality and the price, with returns that
diminish. What the first two stages choose decides how much data the later ones work on, so it
drives their cost too. Learning rate and batch size interact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from benchmarks.problems.problem import WARM_UP_TRIALS, Problem, chain, draw
from eeipu_kfp.core.space import Float, Int, Space
from eeipu_kfp.core.values import Configuration, Value

OPTIMUM = 95.0021561
_BUDGET = 600.0
_READS = {
    "sample": ("rows", "minimum_length"),
    "tokenize": ("sequence", "log2_vocabulary"),
    "train": ("rate", "log2_batch", "epochs", "log2_width"),
    "distil": ("temperature", "mixture", "distil_epochs"),
    "calibrate": ("smoothing", "threshold"),
}

SPACE = Space(
    {
        "rows": Int(1_000, 50_000, log=True),
        "minimum_length": Int(0, 40),
        "sequence": Int(32, 512, step=32),
        "log2_vocabulary": Int(10, 15),
        "rate": Float(1e-5, 1e-1, log=True),
        "log2_batch": Int(3, 8),
        "epochs": Int(1, 20),
        "log2_width": Int(5, 9),
        "temperature": Float(0.5, 10.0, log=True),
        "mixture": Float(0.0, 1.0),
        "distil_epochs": Int(1, 10),
        "smoothing": Float(1e-4, 1.0, log=True),
        "threshold": Float(0.1, 0.9),
    }
)
"""The tuned parameters, thirteen of whole, logarithmic and plain numbers."""


def training() -> Problem:
    """Return the training pipeline."""
    return Problem(
        name="training",
        pipeline=chain("training", _READS, seconds, quality),
        space=SPACE,
        budget=_BUDGET,
        optimum=OPTIMUM,
        known_by="differential evolution, three starts that agree",
        warm_up=_cheaper_of_pairs,
    )


def seconds(stage: str, configuration: Mapping[str, Value]) -> float:
    """Return what a stage takes."""
    values = _numbers(configuration)
    rows, tokens = values["rows"] / 10_000, values["sequence"] / 128
    width = math.exp2(values["log2_width"] - 7)
    if stage == "sample":
        return 0.3 + 0.5 * rows
    if stage == "tokenize":
        return 0.2 + 0.4 * rows * tokens * (1 + 0.1 * (values["log2_vocabulary"] - 10))
    if stage == "train":
        small_batches = 1 + math.exp2(5 - values["log2_batch"])
        return 0.3 + 0.12 * rows * tokens * values["epochs"] * width * small_batches
    if stage == "distil":
        return 0.2 + 0.1 * rows * tokens * values["distil_epochs"] * math.sqrt(width)
    return 0.2 + 0.05 * rows


def quality(configuration: Mapping[str, Value]) -> float:
    """Return a score of at most 100."""
    values = _numbers(configuration)
    return 100.0 - sum(
        (
            _data_loss(values),
            _capacity_loss(values),
            _optimisation_loss(values),
            _distillation_loss(values),
            _calibration_loss(values),
        )
    )


def _data_loss(values: dict[str, float]) -> float:
    kept = values["rows"] * math.exp(-((values["minimum_length"] / 60) ** 2))
    noise = 3.0 * math.exp(-values["minimum_length"] / 8)
    return 14.0 * math.pow(kept / 1_000, -0.45) + noise


def _capacity_loss(values: dict[str, float]) -> float:
    cut_off = 8.0 * math.exp(-values["sequence"] / 110)
    vocabulary = 0.5 * (values["log2_vocabulary"] - 13.3) ** 2
    # A wide model wants data: too wide for the rows, it overfits.
    wanted = 5.0 + 1.1 * math.log2(values["rows"] / 1_000)
    gap = values["log2_width"] - wanted
    return cut_off + vocabulary + (0.9 * gap**2 if gap < 0 else 0.5 * gap**2)


def _optimisation_loss(values: dict[str, float]) -> float:
    best_rate = -3.0 + 0.15 * (values["log2_batch"] - 5) - 0.12 * (values["log2_width"] - 7)
    off = math.log10(values["rate"]) - best_rate
    diverged = 25.0 / (1 + math.exp(-6 * (off - 1.2)))
    passes = values["epochs"] * min(1.0, math.pow(10, 0.5 * off))
    return diverged + 2.5 * min(off**2, 6.0) + 9.0 * math.exp(-passes / 5)


def _distillation_loss(values: dict[str, float]) -> float:
    heat = 1.2 * math.log2(values["temperature"] / 2.7) ** 2
    mixing = 6.0 * (values["mixture"] - 0.65) ** 2
    return heat + mixing + 4.0 * math.exp(-values["distil_epochs"] / 3)


def _calibration_loss(values: dict[str, float]) -> float:
    smoothing = 0.6 * (math.log10(values["smoothing"]) + 1.7) ** 2
    shift = 0.45 + 0.08 * (values["mixture"] - 0.5)
    return smoothing + 15.0 * (values["threshold"] - shift) ** 2


def _cheaper_of_pairs(seed: int) -> tuple[Configuration, ...]:
    rng = np.random.default_rng([seed, WARM_UP_TRIALS])
    pairs = ((draw(SPACE, rng), draw(SPACE, rng)) for _ in range(WARM_UP_TRIALS))
    return tuple(min(pair, key=_total_seconds) for pair in pairs)


def _total_seconds(values: Configuration) -> float:
    return sum(seconds(stage, values) for stage in _READS)


def _numbers(values: Mapping[str, Value]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}  # type: ignore[arg-type]  # numbers
