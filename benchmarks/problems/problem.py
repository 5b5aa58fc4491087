"""What a benchmark problem is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.space import Categorical, Domain, Space
from eeipu_kfp.core.values import Configuration, Value
from eeipu_kfp.runners.simulated import OUTPUT, Arguments, SimulatedPipeline, SimulatedStage
from eeipu_kfp.search.encoding import Encoding

WARM_UP_TRIALS = 10
"""How many configurations every method is given to begin with."""

Array: TypeAlias = npt.NDArray[np.float64]
WarmUpDesign: TypeAlias = Callable[[int], tuple[Configuration, ...]]
"""A seed -> the configurations that all methods begin with."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """A pipeline to tune, larger is better, whose best value is known; equal to itself alone.

    Attributes:
        name: What tables call it.
        pipeline: The stages, what each costs, and the objective.
        space: The tuned parameters.
        budget: Seconds that a search may spend, warm-up included.
        optimum: The largest value that the objective has, noise left out.
        known_by: How the optimum is known.
        warm_up: What all methods begin with.
        truth: The objective without noise; None where it has none.
        hit_seconds: What a stage taken from the cache is charged.
    """

    name: str
    pipeline: SimulatedPipeline
    space: Space
    budget: float
    optimum: float
    known_by: str
    warm_up: WarmUpDesign
    truth: Callable[[Arguments], float] | None = None
    hit_seconds: float = 0.1

    @property
    def objective(self) -> Objective:
        """What to improve: what the last stage puts out."""
        return Objective(metric=f"{self.pipeline.stages[-1].name}.{OUTPUT}")

    def value(self, values: Mapping[str, Value]) -> float:
        """Return the objective of a configuration without noise."""
        return (self.truth or self.pipeline.objective)(values)

    def cost(self, values: Mapping[str, Value]) -> float:
        """Return the seconds that all stages take together."""
        return sum(stage.seconds(values) for stage in self.pipeline.stages)


def chain(
    name: str,
    reads: Mapping[str, Sequence[str]],
    seconds: Callable[[str, Arguments], float],
    objective: Callable[[Arguments], float],
) -> SimulatedPipeline:
    """Return a pipeline in which every stage consumes the one before.

    Args:
        name: Its name.
        reads: The tuned parameters of every stage, in order.
        seconds: What a stage costs, by its name and the values of all parameters.
        objective: The objective by the values of all parameters.
    """
    names = list(reads)
    stages = tuple(
        SimulatedStage(
            name=stage,
            reads=tuple(reads[stage]),
            upstream=(names[k - 1],) if k else (),
            seconds=lambda values, stage=stage: seconds(stage, values),  # type: ignore[misc]  # bound now
        )
        for k, stage in enumerate(names)
    )
    return SimulatedPipeline(name=name, stages=stages, objective=objective)


def draw(space: Space, rng: np.random.Generator) -> Configuration:
    """Return a random configuration, every value of a grid as likely as the others."""
    encoding = Encoding(space)
    return encoding.decode(encoding.spread(rng.random((1, len(space))))[0])


def random_warm_up(space: Space, seed: int) -> tuple[Configuration, ...]:
    """Return different random configurations, the same for the same seed."""
    rng = np.random.default_rng([seed, WARM_UP_TRIALS])
    found: dict[Configuration, None] = {}
    while len(found) < WARM_UP_TRIALS:
        found[draw(space, rng)] = None
    return tuple(found)


def numbers(values: Arguments, names: Sequence[str]) -> Array:
    """Return the values of some number parameters, in this order."""
    return np.array([values[name] for name in names], dtype=float)


def values_of(domain: Domain) -> list[Value]:
    """Return the values of a finite domain, in order."""
    if isinstance(domain, Categorical):
        return list(domain.choices)
    return [domain.snap(domain.low + i * (domain.step or 1)) for i in range(domain.count or 0)]
