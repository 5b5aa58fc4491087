"""The test functions of the synthetic pipelines, each negated: larger is better.

The formulae are the textbook ones (Surjanovic and Bingham, Virtual Library of Simulation
Experiments); the boxes are those of the paper's benchmark, where a box may leave a function's
global optimum out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from benchmarks.problems.problem import Array

_HARTMANN_HEIGHTS = np.array([1.0, 1.2, 3.0, 3.2])
_HARTMANN_RATES = np.array(
    [[3.0, 10.0, 30.0], [0.1, 10.0, 35.0], [3.0, 10.0, 30.0], [0.1, 10.0, 35.0]]
)
_HARTMANN_PLACES = np.array(
    [
        [0.3689, 0.1170, 0.2673],
        [0.4699, 0.4387, 0.7470],
        [0.1091, 0.8732, 0.5547],
        [0.0381, 0.5743, 0.8828],
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFunction:
    """A function of a few numbers in [low, high] each.

    Attributes:
        dimension: How many numbers it takes.
        low: Their lower bound.
        high: Their upper bound.
        evaluate: The function.
        best: Its largest value in the box, found by differential evolution and polished.
    """

    __test__ = False

    dimension: int
    low: float
    high: float
    evaluate: Callable[[Array], float]
    best: float


def branin(x: Array) -> float:
    """Return the negated Branin function."""
    curve = x[1] - 5.1 / (4 * math.pi**2) * x[0] ** 2 + 5 / math.pi * x[0] - 6
    return float(-(curve**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10))


def michalewicz(x: Array) -> float:
    """Return the negated Michalewicz function of steepness 10."""
    positions = np.arange(1, len(x) + 1)
    return float((np.sin(x) * np.sin(positions * x**2 / math.pi) ** 20).sum())


def styblinski_tang(x: Array) -> float:
    """Return the negated Styblinski-Tang function."""
    return float(-(x**4 - 16 * x**2 + 5 * x).sum() / 2)


def beale(x: Array) -> float:
    """Return the negated Beale function."""
    a, b = float(x[0]), float(x[1])
    terms = (1.5 - a + a * b, 2.25 - a + a * b**2, 2.625 - a + a * b**3)
    return -sum(term**2 for term in terms)


def rosenbrock(x: Array) -> float:
    """Return the negated Rosenbrock function."""
    return float(-(100 * (x[1:] - x[:-1] ** 2) ** 2 + (x[:-1] - 1) ** 2).sum())


def levy(x: Array) -> float:
    """Return the negated Levy function."""
    w = 1 + (x - 1) / 4
    first = math.sin(math.pi * w[0]) ** 2
    middle = ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2)).sum()
    last = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    return float(-(first + middle + last))


def holder_table(x: Array) -> float:
    """Return the negated Holder table function."""
    ring = abs(1 - math.hypot(x[0], x[1]) / math.pi)
    return abs(math.sin(x[0]) * math.cos(x[1]) * math.exp(ring))


def ackley(x: Array) -> float:
    """Return the negated Ackley function."""
    bowl = -20 * math.exp(-0.2 * math.sqrt((x**2).mean()))
    return -(bowl - math.exp(np.cos(2 * math.pi * x).mean()) + 20 + math.e)


def hartmann(x: Array) -> float:
    """Return the negated Hartmann function of three numbers."""
    inner = (_HARTMANN_RATES * (x - _HARTMANN_PLACES) ** 2).sum(axis=1)
    return float((_HARTMANN_HEIGHTS * np.exp(-inner)).sum())


def _function(
    evaluate: Callable[[Array], float], dimension: int, low: float, high: float, best: float
) -> TestFunction:
    return TestFunction(dimension=dimension, low=low, high=high, evaluate=evaluate, best=best)


FUNCTIONS: Mapping[str, TestFunction] = MappingProxyType(
    {
        "branin2": _function(branin, 2, 0.0, 10.0, -0.39788735773),
        "michale2": _function(michalewicz, 2, 0.0, 5.0, 1.8013034101),
        "styblinski2": _function(styblinski_tang, 2, -5.0, 0.0, 78.3323314075),
        "styblinski3": _function(styblinski_tang, 3, -5.0, 0.0, 117.498497111),
        "beale2": _function(beale, 2, -2.0, 2.0, -0.52334483601),
        "rosenbrock2": _function(rosenbrock, 2, 0.0, 5.0, 0.0),
        "levy2": _function(levy, 2, 0.0, 5.0, 0.0),
        "holdertable2": _function(holder_table, 2, 5.0, 10.0, 19.2085025679),
        "ackley3": _function(ackley, 3, -3.0, 3.0, 0.0),
        "hartmann3": _function(hartmann, 3, -2.0, 2.0, 3.86277978733),
    }
)
"""The functions by the names that the paper's benchmark gives them."""
