"""Other methods that weigh an improvement against its cost, each by its own paper.

All of them share the default's model of the objective, so that what differs is the decision: what
an improvement is divided by, and where the search may start. They are blind to the cache unless
their paper says otherwise, though what happens to be cached serves them too; with `-pool` at the
end of their name they start from the same cached prefixes as the default does, and know what these
spare.

- `ei`: ln EI, blind to cost. `ei-pool` shows what the default's prefixes do without its costs.
- `eips`: ln EI - E[ln c], one model of the cost of whole trials (Snoek, Larochelle, Adams 2012).
- `carbo`: ln EI - alpha E[ln c], alpha the share of the budget that is left, after cheap trials for
  an eighth of it (Lee, Perrone, Archambeau, Seeger 2020); one trial at a time here.
- `ms-carbo`: the same with a model per stage: EEIPU without memory, the ablation of its authors.
- `log-eipc`: ln EI - ln E[c], a mean where `eips` takes a median (as in Xie et al. 2024).
- `pbgi`: the Gittins index of Pandora's box (Xie et al. 2024), with a rate of 1e-4 for costs in
  units of a usual trial, so that the unit of the budget makes no difference. In `pbgi-d` the rate
  decays: it is 0.1, halved until a trial is worth its cost. The paper halves it for good whenever
  none is; here the trials so far alone decide, because a designer has no memory.
- `lambo`: ln EI inside the leaf that a slowly moving bandit picks (Lin, Miano, Dyer 2021). The
  paper refines its tree as it goes; here every early stage is cut once.
- `ms-bo`: after Kusakawa et al. 2022, for cascades. Their models predict each stage's numeric
  output from the one before; our stages pass files, so this part is left out. What carries over is
  the stock: a trial may start from any of the latest intermediate outputs, which stay in stock when
  used, and is worth its improvement for the known usual cost of the stages that are still to run.
  Where nothing is cached it is `ei`.

With the pool, costs are the sums of one model a stage: a model of whole trials cannot tell what a
prefix spares. So `carbo-pool` is `ms-carbo` with the pool, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from eeipu_kfp.core.ports import Designer
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.search.acquisition import ExpectedImprovement
from eeipu_kfp.search.cheap_warm_up import CheapWarmUp
from eeipu_kfp.search.cost_models import StageMedians
from eeipu_kfp.search.improvement_per_cost import GittinsIndex, ImprovementPerCost
from eeipu_kfp.search.lazy_tree import LazyTree, Within
from eeipu_kfp.search.model_search import ModelDesigner, Plan, Strategy
from eeipu_kfp.search.objective_model import model_objective
from eeipu_kfp.search.observations import Observations, budget_left
from eeipu_kfp.search.prefix_pool import Prefix, best_trials, empty_prefix, prefix_pool
from eeipu_kfp.search.seeds import generator
from eeipu_kfp.search.trial_costs import (
    MEAN,
    TYPICAL,
    TrialCost,
    model_all_stages,
    model_stage_sum,
    model_whole_cost,
    usual_cost,
)
from eeipu_kfp.search.warm_up import Beginning, WarmUp

_LOG_RATE = math.log(1e-4)
_FIRST_LOG_RATE = math.log(0.1)
_LOOKED_AT = 512
_STOCK = 20

CostModel: TypeAlias = Callable[[SuggestionRequest, Observations, float], TrialCost | None]
"""A request, what it shows, and `TYPICAL` or `MEAN` -> what trials cost."""

Pool: TypeAlias = Callable[[SuggestionRequest, Observations], tuple[Prefix, ...]]
"""A request and what it shows -> the prefixes to search from, the empty one first."""


def no_pool(request: SuggestionRequest, seen: Observations) -> tuple[Prefix, ...]:
    """Return the empty prefix alone."""
    return (empty_prefix(request, seen.encoding),)


def cached_pool(request: SuggestionRequest, seen: Observations) -> tuple[Prefix, ...]:
    """Return the default's pool: the cached prefixes of all trials, those of the best first."""
    return prefix_pool(request, seen.encoding, best_trials(request, request.trials))


def stock(request: SuggestionRequest, seen: Observations) -> tuple[Prefix, ...]:
    """Return the cached prefixes of the last twenty trials, the newest first."""
    return prefix_pool(request, seen.encoding, request.trials[: -_STOCK - 1 : -1])


@dataclass(frozen=True, slots=True, kw_only=True)
class PerCost:
    """The plan to maximise ln EI - eta ln c.

    Attributes:
        cost: The model of c.
        risk: `TYPICAL` or `MEAN`.
        cools: Whether eta falls from 1 to 0 with the budget, rather than stay 1.
        pool: Where to start from.
    """

    cost: CostModel
    risk: float = TYPICAL
    cools: bool = False
    pool: Pool = no_pool

    def __call__(self, request: SuggestionRequest, seen: Observations, warm_up: int) -> Strategy:
        """Return what to maximise."""
        improvement = _improvement(request, seen)
        cost, pool = self.cost(request, seen, self.risk), self.pool(request, seen)
        if cost is None:
            return Strategy(acquisition=improvement, pool=pool, estimate=None)
        eta = budget_left(request, warm_up) if self.cools else 1.0
        score = ImprovementPerCost(improvement=improvement, cost=cost, eta=eta)
        return Strategy(acquisition=score, pool=pool, estimate=cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gittins:
    """The plan to maximise the Gittins index.

    Attributes:
        cost: The model of c.
        decays: Whether the rate falls as improvements get small.
        pool: Where to start from.
    """

    cost: CostModel
    decays: bool = False
    pool: Pool = no_pool

    def __call__(self, request: SuggestionRequest, seen: Observations, warm_up: int) -> Strategy:
        """Return what to maximise."""
        del warm_up
        improvement = _improvement(request, seen)
        cost, usual = self.cost(request, seen, MEAN), usual_cost(request, seen, MEAN)
        pool = self.pool(request, seen)
        if cost is None or usual is None:
            return Strategy(acquisition=improvement, pool=pool, estimate=None)
        everything = np.ones((1, len(request.pipeline.names)), dtype=bool)
        log_unit = float(usual.log_values(seen.points[:1], everything)[0])
        log_rate = _LOG_RATE - log_unit
        if self.decays:
            log_rate = _decayed(_FIRST_LOG_RATE - log_unit, _log_worth(seen, improvement, cost))
        index = GittinsIndex(model=improvement.model, cost=cost, log_rate=log_rate)
        return Strategy(acquisition=index, pool=pool, estimate=cost)


def plan_improvement(
    request: SuggestionRequest, seen: Observations, warm_up: int, pool: Pool = no_pool
) -> Strategy:
    """Return plain ln EI."""
    del warm_up
    return Strategy(
        acquisition=_improvement(request, seen),
        pool=pool(request, seen),
        estimate=StageMedians.of(seen.times, seen.tariff),
    )


def plan_lambo(request: SuggestionRequest, seen: Observations, warm_up: int) -> Strategy:
    """Return ln EI inside the leaf where the bandit moves, with the lazy stages' values kept."""
    plain = plan_improvement(request, seen, warm_up)
    tree = LazyTree.of(request.pipeline, seen.encoding)
    if not tree.columns:
        return plain
    move = tree.next_move(request, seen)
    kept = tree.kept(request, seen, move)
    low, high = tree.box(move, seen.encoding.dimension)
    columns = list(kept.columns)
    low[columns] = high[columns] = seen.points[seen.scored[-1], columns]
    pool = (*plain.pool, kept) if kept.values else plain.pool
    return replace(
        plain, acquisition=Within(score=plain.acquisition, low=low, high=high), pool=pool
    )


def _decayed(log_rate: float, log_worth: float) -> float:
    """Halve a rate until it is no larger than the worth of the best trial."""
    halvings = math.ceil((log_rate - log_worth) / math.log(2.0))
    return log_rate - max(halvings, 0) * math.log(2.0)


def _log_worth(seen: Observations, improvement: ExpectedImprovement, cost: TrialCost) -> float:
    """Return the largest ln EI / c that a first look finds, with EI in standard deviations."""
    quantiles = generator(0).random((_LOOKED_AT, len(seen.encoding.space)))
    points = np.concatenate([seen.encoding.spread(quantiles), seen.points])
    everything = np.ones((len(points), len(seen.times)), dtype=bool)
    log_worth = improvement.scores(points, everything) - cost.log_values(points, everything)
    return float(log_worth.max()) - math.log(improvement.model.process.scale.factor)


def _improvement(request: SuggestionRequest, seen: Observations) -> ExpectedImprovement:
    return ExpectedImprovement(model=model_objective(seen, request.pipeline, len(request.trials)))


def _designer(plan: Plan, beginning: Beginning | None = None) -> Callable[[], Designer]:
    return lambda: ModelDesigner(warm_up=beginning or WarmUp(full=10), plan=plan)


RIVALS: Mapping[str, Callable[[], Designer]] = MappingProxyType(
    {
        "ei": _designer(plan_improvement),
        "ei-pool": _designer(partial(plan_improvement, pool=cached_pool)),
        "eips": _designer(PerCost(cost=model_whole_cost)),
        "eips-pool": _designer(PerCost(cost=model_stage_sum, pool=cached_pool)),
        "carbo": _designer(PerCost(cost=model_whole_cost, cools=True), CheapWarmUp()),
        "carbo-pool": _designer(
            PerCost(cost=model_stage_sum, cools=True, pool=cached_pool), CheapWarmUp()
        ),
        "ms-carbo": _designer(PerCost(cost=model_all_stages, cools=True), CheapWarmUp()),
        "log-eipc": _designer(PerCost(cost=model_whole_cost, risk=MEAN)),
        "log-eipc-pool": _designer(PerCost(cost=model_stage_sum, risk=MEAN, pool=cached_pool)),
        "pbgi": _designer(Gittins(cost=model_whole_cost)),
        "pbgi-d": _designer(Gittins(cost=model_whole_cost, decays=True)),
        "pbgi-d-pool": _designer(Gittins(cost=model_stage_sum, decays=True, pool=cached_pool)),
        "pbgi-pool": _designer(Gittins(cost=model_stage_sum, pool=cached_pool)),
        "lambo": _designer(plan_lambo),
        "ms-bo": _designer(PerCost(cost=usual_cost, pool=stock)),
    }
)
"""What makes each rival, by name."""
