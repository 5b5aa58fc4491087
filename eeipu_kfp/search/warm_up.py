"""The first trials: evenly over the space, the later ones on stages that the earlier ones paid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from scipy.stats import qmc

from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.observations import counted
from eeipu_kfp.search.prefix_pool import Prefix, cached_prefixes
from eeipu_kfp.search.seeds import generator

_BUDGET_SHARE = 0.25
_LEAST_SCORED = 2
_SPACE_SHARE = 3
_SPARE_POINTS = 32


class Beginning(Protocol):
    """How a search may begin."""

    @property
    def planned(self) -> int | None:
        """How many trials it takes; None where that shows only as it goes."""
        ...

    def fitted_to(self, request: SuggestionRequest) -> Beginning:
        """Return the same for an experiment that asks for a length, or has a small space."""
        ...

    def length(self, request: SuggestionRequest) -> int:
        """Return after how many trials it ends, as far as these show."""
        ...

    def proposals(
        self, request: SuggestionRequest, encoding: Encoding, number: int
    ) -> list[Configuration]:
        """Return what could be tried next, the most welcome first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """How a search begins.

    Attributes:
        full: Trials that are points of a scrambled Sobol sequence.
        sharing: Trials after these that keep a cached prefix of an earlier one and take the rest
            from the sequence.
    """

    full: int
    sharing: int = 0

    @property
    def planned(self) -> int:
        """How many trials it takes."""
        return self.full + self.sharing

    def fitted_to(self, request: SuggestionRequest) -> WarmUp:
        """Return the warm-up of the length asked for, and at most a third of a finite space."""
        total = int(min(self.planned, most_trials(request)))
        if request.warm_up_trials is not None:
            total = request.warm_up_trials
        full = math.ceil(total * self.full / (self.full + self.sharing))
        return WarmUp(full=full, sharing=total - full)

    def length(self, request: SuggestionRequest) -> int:
        """Return after how many trials it ends.

        That is fewer than planned if a quarter of the budget is gone and two of them have an
        objective.
        """
        return min(self.planned, trials_until(request, _BUDGET_SHARE) or self.planned)

    def proposals(
        self, request: SuggestionRequest, encoding: Encoding, number: int
    ) -> list[Configuration]:
        """Return what could be tried next, the most welcome first.

        Args:
            request: The trials so far.
            encoding: The space as a cube.
            number: How many trials of the warm-up there are already.
        """
        size = number + _SPARE_POINTS
        sobol = qmc.Sobol(len(request.space), rng=generator(request.seed))
        quantiles = sobol.random_base2(math.ceil(math.log2(size)))[number:]
        points = [encoding.decode(point) for point in encoding.spread(quantiles)]
        prefix = self._shared(request, encoding, number)
        kept = [prefix.complete(point) for point in points] if prefix else []
        return [*kept, *points]

    def _shared(self, request: SuggestionRequest, encoding: Encoding, number: int) -> Prefix | None:
        """Return the prefix to keep: of another trial each time, of random length."""
        trials = request.trials[: self.full]
        if number < self.full or not trials:
            return None
        for turn in range(len(trials)):
            configuration = trials[(number + turn) % len(trials)].configuration
            prefixes = list(cached_prefixes(request, encoding, configuration))
            if prefixes:
                rng = generator(request.seed, number)
                return prefixes[int(rng.integers(len(prefixes)))]
        return None


def own_defaults(request: SuggestionRequest) -> Configuration | None:
    """Return what the pipeline itself gives its tuned inputs; None unless all of it is allowed."""
    inputs = (request.pipeline.input(name) for name in request.space)
    given = {i.name: i.default for i in inputs if i is not None and i.default is not None}
    configuration = Configuration(given)
    return configuration if request.space.contains(configuration) else None


def most_trials(request: SuggestionRequest) -> float:
    """Return how many trials a warm-up has at most: a third of a finite space."""
    count = request.space.count
    return math.inf if count is None else max(_LEAST_SCORED, count // _SPACE_SHARE)


def trials_until(request: SuggestionRequest, share: float) -> int | None:
    """Return how many trials took a share of the budget and gave two objectives.

    None where they have not yet.

    Args:
        request: The trials.
        share: Part of the budget, from 0 to 1.
    """
    spent, scored = 0.0, 0
    for number, trial in enumerate(counted(request.trials), start=1):
        spent += request.budget.spent_on(trial)
        scored += trial.objective is not None
        if spent >= share * request.budget.amount and scored >= _LEAST_SCORED:
            return number
    return None
