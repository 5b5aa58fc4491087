"""Functions of the bbob suite (COCO) whose coordinates belong to stages, two each.

They are not sums over the stages: most are rotated, so that stages interact. The first stages are
the dear ones. Needs the package coco-experiment.
"""

from __future__ import annotations

import math
from functools import partial
from importlib import import_module
from typing import Any

from benchmarks.problems.problem import Problem, chain, numbers, random_warm_up
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.runners.simulated import Arguments

BBOB_FUNCTIONS = {
    "bbob-rastrigin": 3,
    "bbob-attractive-sector": 6,
    "bbob-rosenbrock": 8,
    "bbob-rotated-rastrigin": 15,
    "bbob-gallagher": 21,
}
"""The numbers of the functions by name."""

_BOUND = 5.0
_INSTANCE = 1
_BUDGET = 400.0
_SECONDS = {"stage0": 5.0, "stage1": 3.0, "stage2": 2.0}
_SPREAD = 0.7


def bbob(name: str) -> Problem:
    """Return a function of six coordinates in three stages; minus its value is the objective.

    Raises:
        InvalidValueError: The package of the suite is not installed.
    """
    function = _suite().BareProblem("bbob", BBOB_FUNCTIONS[name], 2 * len(_SECONDS), _INSTANCE)
    reads = {stage: (f"x{k}0", f"x{k}1") for k, stage in enumerate(_SECONDS)}
    space = Space({x: Float(-_BOUND, _BOUND) for pair in reads.values() for x in pair})

    def seconds(stage: str, values: Arguments) -> float:
        waves = [math.sin(math.pi * x / _BOUND + 1.0) for x in numbers(values, reads[stage])]
        return _SECONDS[stage] * math.exp(_SPREAD * sum(waves) / len(waves))

    def objective(values: Arguments) -> float:
        return -float(function(numbers(values, tuple(space))))

    return Problem(
        name=name,
        pipeline=chain(name, reads, seconds, objective),
        space=space,
        budget=_BUDGET,
        optimum=-float(function.best_value()),
        known_by="the suite tells it",
        warm_up=partial(random_warm_up, space),
    )


def _suite() -> Any:
    try:
        return import_module("cocoex")
    except ModuleNotFoundError as error:
        message = "the bbob functions need the package `coco-experiment`"
        raise InvalidValueError(message, hint="install it with pip") from error
