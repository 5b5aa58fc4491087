"""Pipelines that differ from one another in one thing: what makes memoization pay, or not.

Each has K stages of two parameters. With u a parameter's place in [0, 1], o its place at the
optimum and z = u - o, the objective is minus the sum of 10 z^2, of a ripple 0.3 (1 - cos(6 pi z))
for every parameter, and of 4 z z' for the first parameters of neighbouring stages. The matrix of
the quadratic part is diagonally dominant and the ripple is 0 at o, so the optimum is 0, exactly.

A usual trial costs about ten seconds. A stage costs its share times exp(spread * w - level),
where w in [-1, 1] says how dear its own parameters are, and the level brings the mean of that
factor to about 1.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from benchmarks.problems.problem import Problem, chain, random_warm_up
from eeipu_kfp.core.space import Domain, Float, Int, Space
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.runners.simulated import Arguments

_TRIAL_SECONDS = 10.0
_BUDGET = 400.0
_LEVELS = 4
_OPTIMA = (0.25, 0.75, 0.5)
_STEEP = 2.5

Dearness: TypeAlias = Callable[[float, float], float]
"""The place of a parameter and of its optimum -> how dear it is, in [-1, 1]."""


def unrelated(u: float, o: float) -> float:
    """Return a cost that has next to nothing to do with quality: a wave."""
    return math.sin(4 * math.pi * (u - o))


def better_is_dearer(u: float, o: float) -> float:
    """Return a cost that rises towards the optimum."""
    return 1.0 - 2.0 * abs(u - o) / max(o, 1.0 - o)


def better_is_cheaper(u: float, o: float) -> float:
    """Return a cost that falls towards the optimum."""
    return -better_is_dearer(u, o)


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristics:
    """What is varied; the defaults are the member that the others are compared with.

    Attributes:
        stages: How many stages there are; one for nothing that can be reused.
        parameters: How many parameters each has.
        tilt: Where the cost lies: each stage takes this many times what the one before takes.
        spread: How much the logarithm of a stage's cost varies to both sides; 0 for flat costs.
        dearness: How cost and quality hang together.
        discrete: How many stages, from the first, have parameters of five values each.
        noise: Standard deviation of the objective's noise.
        drives: Whether the first parameter of all multiplies the later stages' costs by up to 5.
    """

    stages: int = 4
    parameters: int = 2
    tilt: float = 1.0
    spread: float = 0.7
    dearness: Dearness = unrelated
    discrete: int = 0
    noise: float = 0.0
    drives: bool = False


MEMBERS: Mapping[str, Characteristics] = MappingProxyType(
    {
        "even-cost": Characteristics(),
        "early-cost": Characteristics(tilt=1 / _STEEP),
        "late-cost": Characteristics(tilt=_STEEP),
        "discrete-early": Characteristics(discrete=2),
        "better-is-dearer": Characteristics(dearness=better_is_dearer),
        "better-is-cheaper": Characteristics(dearness=better_is_cheaper),
        "upstream-drives-cost": Characteristics(drives=True),
        "heavy-tails": Characteristics(spread=4.0),
        "noisy": Characteristics(noise=0.5),
        "flat-cost": Characteristics(spread=0.0),
        "single-stage": Characteristics(stages=1, parameters=8),
    }
)
"""The members of the family by name."""


def characteristic(name: str, described: Characteristics, budget: float = _BUDGET) -> Problem:
    """Return a member of the family.

    Args:
        name: What to call it.
        described: What is special about it.
        budget: Seconds that a search may spend.
    """
    reads = {
        f"stage{k}": tuple(f"x{k}{i}" for i in range(described.parameters))
        for k in range(described.stages)
    }
    family = _Family(described=described, reads=reads)
    return Problem(
        name=name,
        pipeline=chain(name, reads, family.seconds, family.observed),
        space=family.space,
        budget=budget,
        optimum=0.0,
        known_by="construction: every other value is below 0",
        warm_up=partial(random_warm_up, family.space),
        truth=family.quality,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    described: Characteristics
    reads: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for group in self.reads.values() for name in group)

    @property
    def space(self) -> Space:
        return Space({name: self._domain(stage) for stage, g in self._groups() for name in g})

    def quality(self, values: Arguments) -> float:
        away = {n: self._place(n, values) - self._optimum(n) for n in self.names}
        bowl = sum(10.0 * z**2 + 0.3 * (1 - math.cos(6 * math.pi * z)) for z in away.values())
        firsts = [away[group[0]] for group in self.reads.values()]
        return -bowl - 4.0 * sum(a * b for a, b in itertools.pairwise(firsts))

    def observed(self, values: Arguments) -> float:
        if not self.described.noise:
            return self.quality(values)
        text = Configuration({name: values[name] for name in self.names}).canonical
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        return self.quality(values) + self.described.noise * float(
            np.random.default_rng(seed).normal()
        )

    def seconds(self, stage: str, values: Arguments) -> float:
        own = [
            self.described.dearness(self._place(n, values), self._optimum(n))
            for n in self.reads[stage]
        ]
        mean = sum(own) / len(own)
        spread = self.described.spread
        driven = (
            5.0 ** (self._place(self.names[0], values) - 0.5) if self._is_driven(stage) else 1.0
        )
        return self._share(stage) * math.exp(spread * mean - spread**2 / 8) * driven

    def _is_driven(self, stage: str) -> bool:
        return self.described.drives and stage != next(iter(self.reads))

    def _share(self, stage: str) -> float:
        shares = [self.described.tilt**k for k in range(self.described.stages)]
        return _TRIAL_SECONDS * shares[self._position(stage)] / sum(shares)

    def _groups(self) -> list[tuple[str, tuple[str, ...]]]:
        return list(self.reads.items())

    def _position(self, stage: str) -> int:
        return list(self.reads).index(stage)

    def _domain(self, stage: str) -> Domain:
        is_discrete = self._position(stage) < self.described.discrete
        return Int(0, _LEVELS) if is_discrete else Float(0.0, 1.0)

    def _place(self, name: str, values: Arguments) -> float:
        value = values[name]
        return float(value / _LEVELS if isinstance(value, int) else value)

    def _optimum(self, name: str) -> float:
        return _OPTIMA[self.names.index(name) % len(_OPTIMA)]
