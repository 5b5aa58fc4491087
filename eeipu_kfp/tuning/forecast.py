"""About how many trials a budget buys, with the cache and without: a rule of thumb.

A trial that the default search proposes keeps one of the cached prefixes, or none, and runs the
rest. With C_j what the stages cost that are still to run, the rule takes choice j to be made in a
share

    p_j ~ 1 / sqrt(C_j)

of the trials. So a stage late in the pipeline runs in most of them, a dear one at its beginning in
few. The power was fitted to simulated searches (between 0 and 2 in steps of a quarter; a factor for
the parameters that a choice leaves free did not help). `benchmarks/README.md` has forecasts beside
what they measured. Left out is what a search saves by preferring values that make stages cheap, and
what it finds cached by chance where stages have few combinations of values.

A stage that depends on nothing tuned runs once, and a stage whose parameters have m combinations at
most m times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.space import Space

THRIFT = 0.5
"""How much the cost of what is still to run decides which prefix is kept."""

_LEAST_COST = 1e-9
_MOST_TRIALS = 1e6
_HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a trial costs, in the unit of the budget.

    Attributes:
        stages: What the budget is charged for each stage that runs.
        beside: What each costs besides, which the search weighs though the budget does not count
            it; 0 where left out.
        hit: What the budget is charged for a stage that comes from the cache.
    """

    stages: Mapping[str, float]
    beside: Mapping[str, float] = field(default_factory=dict)
    hit: float = 0.0

    @property
    def whole(self) -> float:
        """What the budget is charged for a trial that runs every stage."""
        return sum(self.stages.values())

    def weighed(self, runs: frozenset[str]) -> float:
        """Return what the search takes a trial to cost that runs some of the stages."""
        running = sum(self.stages[name] + self.beside.get(name, 0.0) for name in runs)
        return running + self.hit * (len(self.stages) - len(runs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a budget buys.

    Attributes:
        whole: Trials that run every stage; infinite where they cost nothing.
        trials: Trials of a search that knows the cache; infinite where they cost nothing.
    """

    whole: float
    trials: float

    @property
    def gain(self) -> float:
        """How many times as many trials the cache makes of it; 1 where that makes no sense."""
        return self.trials / self.whole if 0 < self.whole < math.inf else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a search stands.

    Attributes:
        whole_trials: Trials that still run every stage, before the search may choose.
        cached: How many outputs of each stage are kept already; 0 where left out.
    """

    whole_trials: float = 0.0
    cached: Mapping[str, int] = field(default_factory=dict)


def run_shares(pipeline: Pipeline, space: Space, prices: Prices) -> dict[str, float]:
    """Return the share of the search's trials that run each stage.

    Args:
        pipeline: The stages.
        space: The tuned parameters.
        prices: What the stages cost.
    """
    choices = _choices(pipeline, space)
    weights = [max(prices.weighed(runs), _LEAST_COST) ** -THRIFT for runs in choices]
    total = sum(weights)
    return {
        name: sum(w for w, runs in zip(weights, choices, strict=True) if name in runs) / total
        for name in pipeline.names
    }


def forecast(
    budget: float, pipeline: Pipeline, space: Space, prices: Prices, standing: Standing
) -> Forecast:
    """Return what a budget buys.

    Args:
        budget: What is left of it.
        pipeline: The stages.
        space: The tuned parameters.
        prices: What the stages cost.
        standing: Where the search stands.
    """
    shares, kept = run_shares(pipeline, space, prices), standing.cached
    left = {n: _combinations(pipeline, space, n) - kept.get(n, 0) for n in pipeline.names}

    def cost(trials: float) -> float:
        first = min(trials, standing.whole_trials)
        runs = {n: min(first + s * (trials - first), max(left[n], 0)) for n, s in shares.items()}
        return sum(r * prices.stages[n] + (trials - r) * prices.hit for n, r in runs.items())

    most = math.inf if space.count is None else float(space.count)
    whole = budget / prices.whole if prices.whole > 0 else math.inf
    return Forecast(whole=min(whole, most), trials=_affordable(cost, budget, most))


def _choices(pipeline: Pipeline, space: Space) -> tuple[frozenset[str], ...]:
    """Return what a trial may run: all that the search may keep a prefix for, and everything."""
    found: dict[frozenset[str], None] = {}
    for stages in ((), *pipeline.prefixes()):
        kept = {name for name in pipeline.inputs_of(stages) if name in space}
        if len(kept) < len(space):
            held = [name for name in pipeline.names if _tuned(pipeline, space, name) <= kept]
            found[frozenset(pipeline.to_run(held))] = None
    return tuple(found)


def _tuned(pipeline: Pipeline, space: Space, stage: str) -> set[str]:
    return {name for name in pipeline.determinants(stage) if name in space}


def _combinations(pipeline: Pipeline, space: Space, stage: str) -> float:
    counts = [space[name].count for name in _tuned(pipeline, space, stage)]
    return math.prod(math.inf if count is None else count for count in counts)


def _affordable(cost: Callable[[float], float], budget: float, most: float) -> float:
    """Return how many trials a budget pays, at a cost that rises with their number."""
    low, high = 0.0, 1.0
    while cost(high) < budget:
        high *= 2.0
        if high > _MOST_TRIALS:
            return most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if cost(middle) <= budget else (low, middle)
    return min(low, most)
