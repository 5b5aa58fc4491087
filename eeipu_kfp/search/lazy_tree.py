"""LaMBO (Lin, Miano and Dyer 2021): early modules move rarely, by a bandit on a tree.

The values of every stage but the last are cut in two, so that D such stages make a tree with 2^D
leaves; the path to a leaf takes the cuts in the pipeline's order. A slowly moving bandit (Koren,
Livni and Mansour 2017) picks the next leaf below the node h levels above the last one, where h = 0
half of the time, 1 a quarter of it, and so on. Stages above that node are lazy: they keep the
values of the last trial, so that their outputs can be used again. The loss of a trial is the share
of the trials that beat it.

With h_t and signs s_t,h fixed by fair coins, p_t the chances of the leaves, A_h(i) the leaves below
the ancestor of leaf i on level h, and a loss l of the leaf that was played:

    L_0(i)   = l 1{i was played} / p_t(i)
    L_h(i)   = -1/eta ln sum_{j in A_h(i)} p_t(j) / p_t(A_h(i)) exp(-eta (1 + s_h-1) L_h-1(j))
    p_t+1(i) ~ p_t(i) exp(-eta (L_0(i) + sum_{h < D} s_h L_h(i)))

The designer is a function of the history, so the bandit is played again from its start each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp
from scipy.stats import rankdata

from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.search.acquisition import Acquisition
from eeipu_kfp.search.arrays import Array, Indices, Mask
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.observations import Observations
from eeipu_kfp.search.prefix_pool import Prefix, keep
from eeipu_kfp.search.seeds import generator

_MOST_CUTS = 6
_MIDDLE = 0.5
_LEAST_LOG_CHANCE = float(np.log(1e-6))
_OUTSIDE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """A score that counts only inside a box and falls steeply outside.

    Attributes:
        score: What counts inside.
        low: Lower corner, `d`.
        high: Upper corner, `d`.
    """

    score: Acquisition
    low: Array
    high: Array

    def __call__(self, x: Array, runs: Mask) -> tuple[Array, Array]:
        """Return the scores, `n`, and their gradients, `n x d`."""
        value, gradient = self.score(x, runs)
        sides = (x < self.low).astype(float) - (x > self.high)
        return value - self._excess(x), gradient + _OUTSIDE * sides

    def scores(self, x: Array, runs: Mask) -> Array:
        """Return the scores alone, `n`."""
        return self.score.scores(x, runs) - self._excess(x)

    def _excess(self, x: Array) -> Array:
        beyond = np.maximum(self.low - x, 0.0) + np.maximum(x - self.high, 0.0)
        excess: Array = _OUTSIDE * beyond.sum(axis=1)
        return excess


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where the next trial is to be.

    Attributes:
        leaf: The leaf to search in; its highest bit is the side of the first cut.
        lazy: How many of the stages that are cut keep the values of the last trial.
    """

    leaf: int
    lazy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LazyTree:
    """The cuts through the early stages.

    Attributes:
        stages: Those that are cut, D of them, in order.
        columns: The column that each is cut at the middle of.
    """

    stages: tuple[str, ...]
    columns: tuple[int, ...]

    @classmethod
    def of(cls, pipeline: Pipeline, encoding: Encoding) -> LazyTree:
        """Cut the first six stages that have tuned parameters, all but the last, at their first."""
        found = [(s.name, encoding.columns_of(s.reads)) for s in pipeline.stages]
        cut: dict[int, str] = {}
        for name, columns in found:
            if columns:
                cut.setdefault(columns[0], name)
        pairs = list(cut.items())[:-1][:_MOST_CUTS]
        return cls(stages=tuple(n for _, n in pairs), columns=tuple(c for c, _ in pairs))

    def leaves(self, points: Array) -> Indices:
        """Return the leaf that each of `n x d` points lies in, `n`."""
        bits = points[:, list(self.columns)] >= _MIDDLE
        leaves: Indices = (bits @ (1 << np.arange(len(self.columns))[::-1])).astype(np.intp)
        return leaves

    def next_move(self, request: SuggestionRequest, seen: Observations) -> Move:
        """Return what the bandit does after the trials so far, at least one with an objective."""
        depth, leaves = len(self.columns), self.leaves(seen.points[seen.scored])
        losses = 1.0 - (rankdata(seen.scores) - _MIDDLE) / len(seen.scores)
        chances, height = np.full(1 << depth, -depth * np.log(2.0)), depth
        for turn, (leaf, loss) in enumerate(zip(leaves, losses, strict=True)):
            coins = generator(request.seed, turn).random(depth) < _MIDDLE
            height = int(np.argmax(coins)) if coins.any() else depth
            chances = updated(chances, int(leaf), float(loss), np.where(coins, -1.0, 1.0))
        near = np.arange(1 << depth) >> height == int(leaves[-1]) >> height
        p = np.exp(chances) * near
        rng = generator(request.seed, len(request.trials), depth)
        return Move(leaf=int(rng.choice(len(p), p=p / p.sum())), lazy=depth - height)

    def box(self, move: Move, dimension: int) -> tuple[Array, Array]:
        """Return the corners of a leaf, each `d`."""
        low, high = np.zeros(dimension), np.ones(dimension)
        for level, column in enumerate(reversed(self.columns)):
            side = move.leaf >> level & 1
            low[column], high[column] = _MIDDLE * side, _MIDDLE * (1 + side)
        return low, high

    def kept(self, request: SuggestionRequest, seen: Observations, move: Move) -> Prefix:
        """Return what lazy stages, and those that they rest on, keep of the last scored trial."""
        lazy = self.stages[: move.lazy]
        below = {name for stage in lazy for name in (*request.pipeline.ancestors(stage), stage)}
        names = tuple(name for name in request.pipeline.names if name in below)
        return keep(request, seen.encoding, names, request.trials[seen.scored[-1]].configuration)


def updated(chances: Array, played: int, loss: float, signs: Array) -> Array:
    """Return ln p_t+1 of the leaves, `2^D`, from ln p_t.

    Args:
        chances: ln p_t, `2^D`.
        played: The leaf whose loss is known.
        loss: From 0 to 1.
        signs: -1 or 1 by level, the leaves' first, `D`.
    """
    rate = 1.0 / len(chances)
    estimate = np.zeros(len(chances))
    estimate[played] = loss * np.exp(-chances[played])
    total = estimate.copy()
    for height, sign in enumerate(signs):
        if height:
            estimate = _smoothed(chances, estimate, 1.0 + signs[height - 1], height, rate)
        total += sign * estimate
    after = np.maximum(chances - rate * total, _LEAST_LOG_CHANCE + chances.max())
    normal: Array = after - logsumexp(after)
    return normal


def _smoothed(chances: Array, estimate: Array, weight: float, height: int, rate: float) -> Array:
    """Return L_h from L_h-1, each `2^D`."""
    below = chances.reshape(-1, 1 << height)
    exponents = below - rate * weight * estimate.reshape(below.shape)
    soft = logsumexp(exponents, axis=1) - logsumexp(below, axis=1)
    return np.repeat(-soft / rate, 1 << height)
