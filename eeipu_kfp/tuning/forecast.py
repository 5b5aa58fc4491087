"""About how many trials a budget buys, with the cache and without: a rule of thumb.

A trial that the default search proposes keeps one of the prefixes that are cached, or none, and runs
the rest. With f_j the share of the tuned parameters that choice j leaves free, and C_j what the
stages cost that it still runs, the rule takes choice j for made

    in a share  p_j ~ f_j^FREEDOM * C_j^-THRIFT

of the trials: the more it leaves free the more there is to find, and the less it costs the more
often it is worth a try. The two exponents were fitted to simulated searches; `python -m benchmarks
report --suite ablation --part forecast` shows forecasts beside what they measured. What the search
saves by preferring cheap values of parameters is left out, and so is how costs spread.

A stage that depends on nothing tuned runs once, and a stage whose parameters have m combinations at
most m times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.space import Space

FREEDOM = 1.0
THRIFT = 0.5
_MOST_TRIALS = 1e6
_HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What is charged for the stages of a trial, in the unit of the budget.

    Attributes:
        stages: What each stage costs where it runs.
        hit: What a stage costs that comes from the cache.
    """

    stages: Mapping[str, float]
    hit: float = 0.0

    @property
    def whole(self) -> float:
        """What a trial costs that runs every stage."""
        return sum(self.stages.values())

    def of(self, runs: frozenset[str]) -> float:
        """Return what a trial costs that runs some of the stages."""
        cached = len(self.stages) - len(runs)
        return sum(self.stages[name] for name in runs) + self.hit * cached


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a budget buys.

    Attributes:
        whole: Trials that run every stage; infinite where they cost nothing.
        trials: Trials of a search that knows the cache; infinite where they cost nothing.
        shares: Of these, the share that runs each stage.
    """

    whole: float
    trials: float
    shares: Mapping[str, float]

    @property
    def gain(self) -> float:
        """How many times as many trials the cache makes of the budget; 1 where it has no part."""
        return self.trials / self.whole if 0 < self.whole < math.inf else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Where a search stands.

    Attributes:
        whole_trials: Trials that are still to run every stage before the search may choose.
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
    weights = [_weight(free, prices.of(runs)) for runs, free in choices.items()]
    shares = dict.fromkeys(pipeline.names, 0.0)
    for runs, weight in zip(choices, weights, strict=True):
        for name in runs:
            shares[name] += weight / sum(weights)
    return shares


def forecast(
    budget: float, pipeline: Pipeline, space: Space, prices: Prices, begins: Beginning
) -> Forecast:
    """Return what a budget buys.

    Args:
        budget: What is left of it.
        pipeline: The stages.
        space: The tuned parameters.
        prices: What the stages cost.
        begins: Where the search stands.
    """
    shares = run_shares(pipeline, space, prices)
    left = {n: _combinations(pipeline, space, n) - begins.cached.get(n, 0) for n in pipeline.names}

    def cost(trials: float) -> float:
        first = min(trials, begins.whole_trials)
        total = 0.0
        for name, share in shares.items():
            runs = min(first + share * (trials - first), max(left[name], 0.0))
            total += runs * prices.stages[name] + (trials - runs) * prices.hit
        return total

    most = math.inf if space.count is None else float(space.count)
    whole = budget / prices.whole if prices.whole > 0 else math.inf
    return Forecast(whole=min(whole, most), trials=_affordable(cost, budget, most), shares=shares)


def _choices(pipeline: Pipeline, space: Space) -> dict[frozenset[str], float]:
    """Return what a trial may run, each with the largest share of parameters that it leaves free.

    These are the prefixes that the search may start from, the empty one first.
    """
    found: dict[frozenset[str], float] = {}
    for stages in ((), *pipeline.prefixes()):
        kept = {name for name in pipeline.inputs_of(stages) if name in space}
        held = [name for name in pipeline.names if _tuned(pipeline, space, name) <= kept]
        runs, free = frozenset(pipeline.to_run(held)), 1.0 - len(kept) / len(space)
        if free > 0:
            found[runs] = max(free, found.get(runs, 0.0))
    return found


def _weight(free: float, cost: float) -> float:
    return float(free**FREEDOM * max(cost, 1e-9) ** -THRIFT)


def _tuned(pipeline: Pipeline, space: Space, stage: str) -> set[str]:
    return {name for name in pipeline.determinants(stage) if name in space}


def _combinations(pipeline: Pipeline, space: Space, stage: str) -> float:
    counts = [space[name].count for name in _tuned(pipeline, space, stage)]
    return math.prod(math.inf if count is None else count for count in counts)


def _affordable(cost: Callable[[float], float], budget: float, most: float) -> float:
    """Return how many trials a budget pays, at a cost that rises with their number."""
    high = 1.0
    while cost(high) < budget:
        high *= 2.0
        if high > _MOST_TRIALS:
            return most
    low = 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if cost(middle) <= budget else (low, middle)
    return min(low, most)
