"""The cost-effective design that CArBO begins with (Lee et al. 2020, section 4)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.distance import cdist

from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.search.arrays import Array
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.observations import Observations, counted
from eeipu_kfp.search.seeds import generator
from eeipu_kfp.search.trial_costs import TYPICAL, model_whole_cost
from eeipu_kfp.search.warm_up import most_trials, trials_until

_BUDGET_SHARE = 1.0 / 8.0
_CANDIDATES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CheapWarmUp:
    """Many cheap trials, far apart, for an eighth of the budget.

    Attributes:
        planned: How many trials it takes instead, where an experiment says so.
    """

    planned: int | None = None

    def fitted_to(self, request: SuggestionRequest) -> CheapWarmUp:
        """Return the warm-up of the length asked for."""
        return replace(self, planned=request.warm_up_trials)

    def length(self, request: SuggestionRequest) -> int:
        """Return after how many trials it ends: one more as long as it has not."""
        if self.planned is not None:
            return self.planned
        done = sum(1 for _ in counted(request.trials))
        ended = trials_until(request, _BUDGET_SHARE)
        return int(min(done + 1 if ended is None else ended, most_trials(request)))

    def proposals(
        self, request: SuggestionRequest, encoding: Encoding, number: int
    ) -> list[Configuration]:
        """Return what could be tried next, the most welcome first."""
        quantiles = generator(request.seed, number).random((_CANDIDATES, len(request.space)))
        points = encoding.spread(quantiles)
        seen = Observations(request)
        model = model_whole_cost(request, seen, TYPICAL)
        everything = np.ones((_CANDIDATES, len(request.pipeline.names)), dtype=bool)
        costs = np.zeros(_CANDIDATES) if model is None else model.log_values(points, everything)
        return [encoding.decode(points[row]) for row in survivors(points, costs, seen.points)]


def survivors(points: Array, costs: Array, known: Array) -> list[int]:
    """Return the rows of points in the order in which they would survive.

    The costliest goes, then the one nearest to a known point, and so on until one is left.

    Args:
        points: Candidates, `n x d`.
        costs: What each costs, or a logarithm of it, `n`.
        known: Points that were evaluated, `m x d`; none for a first trial.
    """
    apart = cdist(points, known).min(axis=1) if len(known) else np.full(len(points), math.inf)
    left = list(range(len(points)))
    gone: list[int] = []
    while left:
        worth = -costs if len(gone) % 2 == 0 or not len(known) else apart
        gone.append(left.pop(int(np.argmin(worth[left]))))
    return gone[::-1]
