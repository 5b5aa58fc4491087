"""The paper's synthetic pipelines: a test function a stage, and costs made of random waves.

The objective is the sum over the stages of a test function of each stage's first two or three
parameters; further ones change the cost alone. Stage k of d parameters costs
1/(500 d) * sum_i (a_i phi_i(x_i) + b_i)^2 seconds, with phi, a and b drawn once for all.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from benchmarks.problems.design import cost_effective_design
from benchmarks.problems.functions import FUNCTIONS
from benchmarks.problems.problem import Array, Problem, chain, numbers
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.runners.simulated import Arguments

_WAVES: tuple[Callable[[float], float], ...] = (
    math.cos,
    math.sin,
    lambda x: 1.0 / (1.0 + math.exp(-10.0 * x)),
    lambda x: x**2,
)
_SCALE = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTerm:
    """What one parameter adds to the cost of its stage.

    Attributes:
        wave: Which of cosine, sine, logistic and square, from 0.
        scale: The factor of the wave.
        shift: What is added to it.
    """

    wave: int
    scale: int
    shift: int

    def __call__(self, x: float) -> float:
        """Return the term before it is divided by the number of parameters and by 500."""
        return (self.scale * _WAVES[self.wave](x) + self.shift) ** 2


@cache
def cost_term(stage: int, parameter: int) -> CostTerm:
    """Return the drawn term of a parameter, both counted from 0."""
    rng = random.Random(100 * stage + parameter)
    return CostTerm(wave=rng.randint(0, 3), scale=rng.randint(5, 20), shift=rng.randint(10, 50))


def stage_cost(stage: int, x: Sequence[float] | Array) -> float:
    """Return what a stage costs, in seconds.

    Args:
        stage: Its position, from 0.
        x: The values of its parameters.
    """
    total = sum(cost_term(stage, i)(float(value)) for i, value in enumerate(x))
    return total / (_SCALE * len(x))


def synthetic(
    functions: Sequence[str], budget: float, dimensions: Sequence[int] = (), name: str = ""
) -> Problem:
    """Return a synthetic pipeline.

    Args:
        functions: The test function of every stage, in order.
        budget: Seconds that a search may spend.
        dimensions: How many parameters each stage has; none for as many as its function takes.
        name: What to call it; empty for the functions' names in a row.
    """
    chosen = [FUNCTIONS[function] for function in functions]
    counts = list(dimensions) or [function.dimension for function in chosen]
    names = [f"stage{k}-{function}" for k, function in enumerate(functions)]
    reads = {stage: tuple(f"x{k}{i}" for i in range(counts[k])) for k, stage in enumerate(names)}
    space = Space(
        {x: Float(chosen[k].low, chosen[k].high) for k, n in enumerate(names) for x in reads[n]}
    )

    def seconds(stage: str, values: Arguments) -> float:
        return stage_cost(names.index(stage), numbers(values, reads[stage]))

    def objective(values: Arguments) -> float:
        pairs = zip(chosen, names, strict=True)
        return sum(f.evaluate(numbers(values, reads[stage][: f.dimension])) for f, stage in pairs)

    def warm_up(seed: int) -> tuple[Configuration, ...]:
        return _warm_up(seed, space, counts)

    title = name or "-".join(functions)
    return Problem(
        name=title,
        pipeline=chain(title, reads, seconds, objective),
        space=space,
        budget=budget,
        optimum=sum(function.best for function in chosen),
        known_by="the sum of the functions' best values in their boxes",
        warm_up=warm_up,
    )


def _warm_up(seed: int, space: Space, counts: Sequence[int]) -> tuple[Configuration, ...]:
    low = np.array([domain.low for domain in space.values() if isinstance(domain, Float)])
    high = np.array([domain.high for domain in space.values() if isinstance(domain, Float)])
    ends = np.cumsum(counts)[:-1]

    def cost(point: Array) -> float:
        return sum(stage_cost(k, part) for k, part in enumerate(np.split(point, ends)))

    points = cost_effective_design(seed, low, high, cost)
    return tuple(Configuration(dict(zip(space, row.tolist(), strict=True))) for row in points)
