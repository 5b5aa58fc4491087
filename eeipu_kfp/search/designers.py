"""The designers by name.

`eeipu`, the default, follows the paper's idea (expected improvement, divided by the expected
cost of the stages that would really run, raised to a power that falls as the budget goes) and
departs from the published form where experiments did not support it:

- the cost enters as 1 / E[C], not E[1 / C], which rewards not knowing a cost;
- the overhead that stages were seen to have counts as a cost, whether or not the budget is charged
  with it: where starting a stage takes longer than running it, a short stage is not cheap;
- a trial that would probably not fit what is left scores lower, and one that is expected not to
  fit is never proposed;
- cost models see all parameters that decide a stage's output, not only the stage's own: an
  upstream choice changes how much data a later stage gets; they have a linear trend and stay
  uncertain while all executions were alike;
- low objectives are drawn in, so that diverged trials do not hide the differences that matter;
- the objective's kernel has an additive part per stage;
- the power falls to 1/2, not 0, so that late trials still look at their cost;
- all cached prefixes are candidates, not only those of the best five trials: the acquisition picks
  the twenty most promising at a glance, and these are looked at closely;
- the warm-up begins with the pipeline's own defaults, where they lie in the space, then shares
  prefixes, and its trials lend theirs.

`eeipu-published` keeps the published form: EI * E[1 / C]^eta with eta falling to 0, Matern-5/2
kernels with Gamma priors on standardised values, a stage's own parameters as inputs of its cost,
prefixes of the best five trials after a warm-up of ten. It departs from the published code in what
was not meant there: the search box is the declared one (not the box of the first observations),
the stages' cost draws are independent (not one draw for all), cached stages are those that
really are cached after rounding, hits never train a cost model, the prefixes' values are copied
exactly, and no trial is proposed that is expected to overrun the budget. It takes 256 quasi-random
draws where the published code took 1000.

`ei` is expected improvement with the default's model of the objective, blind to cost and cache;
`rivals` describes it and what others make of cost: `eips`, `carbo`, `lambo` and `pbgi`.
`random` is uniform.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from eeipu_kfp.core.ports import Designer
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.search.acquisition import (
    ExpectedImprovement,
    ImprovementPerExpectedCost,
    ImprovementTimesInverseCost,
    independent_draws,
)
from eeipu_kfp.search.cost_models import StageMedians, model_costs, model_own_costs
from eeipu_kfp.search.gaussian_process import fit
from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.model_search import ModelDesigner, Strategy
from eeipu_kfp.search.objective_model import model_objective, with_fantasies
from eeipu_kfp.search.observations import Observations, budget_left
from eeipu_kfp.search.prefix_pool import best_trials, prefix_pool
from eeipu_kfp.search.priors import Gamma
from eeipu_kfp.search.random_search import RandomDesigner
from eeipu_kfp.search.rivals import RIVALS
from eeipu_kfp.search.tariff import Tariff
from eeipu_kfp.search.warm_up import WarmUp

_CAP_SHARE = 0.25
_CAP_TRIALS = 3.0
_PUBLISHED_EPSILON_SECONDS = 0.1
_PUBLISHED_LENDERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPerExpectedCost:
    """The default's plan: to maximise ln EI - eta ln E[C] + ln P(C <= cap).

    The defaults of the attributes are the default search; other values are what it is compared
    with.

    Attributes:
        lenders: How many of the best trials lend their cached prefixes (Q); None for all.
        first_eta: How much cost counts right after the warm-up.
        last_eta: How much it counts once the budget is spent; in between, eta changes with it.
        own_inputs: Whether a stage's cost is taken to depend on the parameters that it reads
            itself, rather than on all that decide its output.
    """

    lenders: int | None = None
    first_eta: float = 1.0
    last_eta: float = 0.5
    own_inputs: bool = False

    def __call__(self, request: SuggestionRequest, seen: Observations, warm_up: int) -> Strategy:
        """Return what to maximise."""
        model = model_objective(seen, request.pipeline, len(request.trials))
        improvement = ExpectedImprovement(model=model)
        lenders = best_trials(request, request.trials, self.lenders)
        pool = prefix_pool(request, seen.encoding, lenders)
        costs = model_costs(seen, request.cached, own_inputs=self.own_inputs)
        if costs is None:
            return Strategy(acquisition=improvement, pool=pool, estimate=None)
        fall = self.first_eta - self.last_eta
        acquisition = ImprovementPerExpectedCost(
            improvement=improvement,
            costs=costs,
            eta=self.last_eta + fall * budget_left(request, warm_up),
            cap=_cap(request, seen),
        )
        return Strategy(acquisition=acquisition, pool=pool, estimate=costs)


def plan_published(request: SuggestionRequest, seen: Observations, warm_up: int) -> Strategy:
    """Return the published form: ln EI + eta ln E[1 / C]."""
    kernel = Kernel(
        groups=(tuple(range(seen.encoding.dimension)),),
        lengthscale_prior=Gamma(3.0, 6.0),
        scale_prior=Gamma(2.0, 0.15),
        noise_prior=Gamma(1.1, 0.05),
        least_noise=1e-4,
    )
    process = fit(kernel, seen.points[seen.scored], seen.scores)
    improvement = ExpectedImprovement(model=with_fantasies(process, seen, seen.scores))
    after = best_trials(request, request.trials[warm_up:], _PUBLISHED_LENDERS)
    pool = prefix_pool(request, seen.encoding, after)
    costs = model_own_costs(seen, request.pipeline, kernel, _published(seen.tariff))
    if costs is None:
        return Strategy(acquisition=improvement, pool=pool, estimate=None)
    acquisition = ImprovementTimesInverseCost(
        improvement=improvement,
        costs=costs,
        eta=budget_left(request, warm_up),
        draws=independent_draws(len(request.pipeline.names), len(request.trials)),
    )
    return Strategy(acquisition=acquisition, pool=pool, estimate=costs)


def _published(tariff: Tariff) -> Tariff:
    """Return a tariff with the epsilon of the published form, a tenth of a second."""
    return replace(tariff, epsilon=_PUBLISHED_EPSILON_SECONDS * float(tariff.weights.mean()))


def _cap(request: SuggestionRequest, seen: Observations) -> float:
    """Return what one trial may cost: a quarter of what is left, or three usual trials if more."""
    left, medians = request.remaining, StageMedians.of(seen.times, seen.tariff)
    everything = np.ones(len(seen.tariff.weights), dtype=bool)
    usual = float(medians.costs.sum() + seen.tariff.charged(everything)) if medians else 0.0
    return min(left, max(_CAP_SHARE * left, _CAP_TRIALS * usual))


def default_designer(plan: PlanPerExpectedCost | None = None) -> ModelDesigner:
    """Return the default search, or one that differs from it in its plan."""
    return ModelDesigner(warm_up=WarmUp(full=7, sharing=7), plan=plan or PlanPerExpectedCost())


DESIGNERS: Mapping[str, Callable[[], Designer]] = MappingProxyType(
    {
        "eeipu": default_designer,
        "eeipu-published": lambda: ModelDesigner(warm_up=WarmUp(full=10), plan=plan_published),
        **{name: RIVALS[name] for name in ("ei", "eips", "carbo", "lambo", "pbgi")},
        "random": RandomDesigner,
    }
)
"""What makes each designer, by the name that experiments use."""


def make_designer(name: str) -> Designer:
    """Return a designer by name, one of `DESIGNERS` or `RIVALS`.

    Raises:
        InvalidValueError: There is none of that name.
    """
    make = DESIGNERS.get(name) or RIVALS.get(name)
    if make is None:
        allowed = ", ".join(f"`{known}`" for known in DESIGNERS)
        message = f"`{name}` is no designer"
        raise InvalidValueError(message, hint=f"use one of {allowed}")
    return make()
