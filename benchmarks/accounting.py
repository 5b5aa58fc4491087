"""What a search has reached at which cost: every method is judged at equal budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.problems.problem import Array
from benchmarks.world import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The trials of a search that were completed within the budget, in order.

    Attributes:
        budget: Seconds that could be spent.
        optimum: The largest value there is.
        spent: Seconds charged up to and with each trial, `n`.
        best: The value of what looked best up to and with each, `n`.
        rows: The trials.
        warm_up: How many of them were given.
    """

    budget: float
    optimum: float
    spent: Array
    best: Array
    rows: tuple[Row, ...]
    warm_up: int

    @classmethod
    def of(cls, rows: Sequence[Row], budget: float, optimum: float) -> Trace:
        """Take the trials within the budget; what a trial has overrun it with is lost."""
        kept = tuple(row for row in rows if row.spent <= budget and row.best is not None)
        return cls(
            budget=budget,
            optimum=optimum,
            spent=np.array([row.spent for row in kept]),
            best=np.array([row.best for row in kept], dtype=float),
            rows=kept,
            warm_up=sum(row.is_warm_up for row in kept),
        )

    @property
    def candidates(self) -> int:
        """Trials after the warm-up."""
        return len(self.rows) - self.warm_up

    @property
    def reuse(self) -> float:
        """The share of the trials after the warm-up that took a stage from the cache."""
        searched = self._searched
        return sum(row.hits > 0 for row in searched) / len(searched) if searched else 0.0

    @property
    def area(self) -> float:
        """The regret, averaged over the money spent after the warm-up."""
        start = float(self.spent[self.warm_up - 1]) if self.warm_up else 0.0
        if start >= self.budget:
            return self.regret_at(self.budget)
        edges = np.append(self.spent[max(self.warm_up - 1, 0) :], self.budget)
        steps = np.diff(np.clip(edges, start, self.budget))
        regrets = self._regrets[max(self.warm_up - 1, 0) :]
        return float(steps @ regrets / (self.budget - start))

    @property
    def proposal_seconds(self) -> float:
        """The median time of a proposal after the warm-up; 0 without any."""
        searched = [row.proposal_seconds for row in self._searched]
        return float(np.median(searched)) if searched else 0.0

    @property
    def repeats(self) -> int:
        """How often a stage ran that had run before."""
        return sum(row.repeats or 0 for row in self.rows)

    @property
    def saved_share(self) -> float:
        """What the cache has saved, as a share of what would have been spent without it."""
        saved = sum(row.saved or 0.0 for row in self.rows)
        spent = sum(row.cost for row in self.rows)
        return saved / (saved + spent) if saved + spent > 0 else 0.0

    @property
    def seconds(self) -> float:
        """How long it took until the last of the trials had ended, in virtual seconds."""
        return max((row.ended or 0.0 for row in self.rows), default=0.0)

    def regret_at(self, spent: float) -> float:
        """Return how far the best so far is from the optimum; before any, what the first gave."""
        position = int(np.searchsorted(self.spent, spent, side="right")) - 1
        return float(self._regrets[max(position, 0)])

    def regrets_at(self, grid: Array) -> Array:
        """Return the regret at every cost of a grid, `n`."""
        return np.array([self.regret_at(float(cost)) for cost in grid])

    @property
    def _searched(self) -> list[Row]:
        return [row for row in self.rows if not row.is_warm_up]

    @property
    def _regrets(self) -> Array:
        # The optimum is known to some digits only.
        regrets: Array = np.maximum(self.optimum - self.best, 0.0)
        return regrets
