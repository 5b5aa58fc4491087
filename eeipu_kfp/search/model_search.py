"""What the designers with a model share: warm up, then maximise an acquisition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.search.acquisition import Acquisition
from eeipu_kfp.search.arrays import Indices
from eeipu_kfp.search.candidates import Candidates, climb, first_look, shortlist
from eeipu_kfp.search.cost_models import CostEstimate, StageMedians
from eeipu_kfp.search.observations import Observations, counted
from eeipu_kfp.search.offers import (
    Offers,
    budget_exhausted,
    every,
    is_exhausted,
    select,
    space_exhausted,
    untried,
)
from eeipu_kfp.search.prefix_pool import Prefix
from eeipu_kfp.search.seeds import generator
from eeipu_kfp.search.warm_up import Beginning, own_defaults

_LISTED_SPACE = 512
_CHEAPEST = 16
_INCUMBENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """What to maximise, and from where.

    Attributes:
        acquisition: The score of a candidate.
        pool: The prefixes that candidates may keep, the empty one first.
        estimate: What stages cost; None where nothing is known.
    """

    acquisition: Acquisition
    pool: tuple[Prefix, ...]
    estimate: CostEstimate | None


Plan: TypeAlias = Callable[[SuggestionRequest, Observations, int], Strategy]
"""A request, what it shows, and how many trials the warm-up had -> what to maximise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDesigner:
    """A designer that learns.

    Attributes:
        warm_up: How it begins.
        plan: What it maximises after that.
    """

    warm_up: Beginning
    plan: Plan

    def suggest(self, request: SuggestionRequest) -> Suggestion | Stop:
        """Return what to try next."""
        if request.remaining <= 0:
            return budget_exhausted(request, None)
        seen = Observations(request)
        if is_exhausted(request):
            return space_exhausted(request)
        warm_up = self.warm_up.fitted_to(request)
        length, done = warm_up.length(request), sum(1 for _ in counted(request.trials))
        if done < length or not seen.scored:
            answer = _begin(request, seen, warm_up, done)
            if isinstance(answer, Suggestion) or not seen.scored:
                return answer
        return _learn(request, seen, self.plan(request, seen, length))


def _begin(
    request: SuggestionRequest, seen: Observations, warm_up: Beginning, number: int
) -> Suggestion | Stop:
    proposals = warm_up.proposals(request, seen.encoding, number)
    defaults = None if request.trials else own_defaults(request)
    if defaults is not None:
        proposals = [defaults, *proposals]
    offers = Offers.of(request, seen.encoding, proposals)
    if not offers.configurations:
        offers = untried(request, seen.encoding)
    planned = warm_up.planned
    of_all = "" if planned is None else f" of {max(planned, number + 1)}"
    label = f"warm-up {number + 1}{of_all}"
    answer = select(request, offers, StageMedians.of(seen.times, seen.tariff), label=label)
    return replace(answer, is_warm_up=True) if isinstance(answer, Suggestion) else answer


def _learn(request: SuggestionRequest, seen: Observations, strategy: Strategy) -> Suggestion | Stop:
    count = request.space.count
    if count is not None and count <= _LISTED_SPACE:
        return _choose(request, strategy, Offers.of(request, seen.encoding, every(request.space)))
    best = seen.points[seen.scored][np.argsort(-seen.scores, kind="stable")[:_INCUMBENTS]]
    rng = generator(request.seed, len(request.trials))
    pool = shortlist(strategy.acquisition, seen.encoding, strategy.pool, best, rng)
    strategy = replace(strategy, pool=pool)
    looked = first_look(seen.encoding, strategy.pool, best, rng)
    found = climb(strategy.acquisition, strategy.pool, looked)
    answer = _choose(request, strategy, _offers(request, seen, strategy, found))
    if isinstance(answer, Suggestion) or strategy.estimate is None:
        return answer
    cheap = looked.take(_cheapest(strategy, strategy.estimate, looked))
    return _choose(request, strategy, _offers(request, seen, strategy, cheap))


def _choose(request: SuggestionRequest, strategy: Strategy, offers: Offers) -> Suggestion | Stop:
    """Return the best offer, scored anew with the stages that each would really run."""
    scores = strategy.acquisition.scores(offers.points, offers.runs)
    return select(request, offers, strategy.estimate, scores=scores)


def _offers(
    request: SuggestionRequest, seen: Observations, strategy: Strategy, candidates: Candidates
) -> Offers:
    """Round candidates, put the exact values of their prefixes in, and drop what was tried."""
    configurations = [
        strategy.pool[prefix].complete(seen.encoding.decode(point))
        for point, prefix in zip(candidates.points, candidates.prefixes, strict=True)
    ]
    offers = Offers.of(request, seen.encoding, configurations)
    return offers if offers.configurations else untried(request, seen.encoding)


def _cheapest(strategy: Strategy, estimate: CostEstimate, looked: Candidates) -> Indices:
    runs = np.array([prefix.runs for prefix in strategy.pool])[looked.prefixes]
    expected = estimate.expected_cost(looked.points, runs)
    return np.argsort(expected, kind="stable")[:_CHEAPEST]
