"""Where an acquisition may be high: a first look everywhere, then a climb from the best places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from eeipu_kfp.search.acquisition import Acquisition
from eeipu_kfp.search.arrays import Array, Indices, Mask
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.optimizer import maximize
from eeipu_kfp.search.prefix_pool import Prefix

_EVERYWHERE_LOG2 = 8
_NEARBY = 128
_EACH_PREFIX = 16
_DISTANCES = (0.02, 0.08, 0.2)
_CHANGED_SHARE = 0.4
_SHORTLISTED = 20
_PREFIXES_KEPT = 12
_FREE_STARTS = 6
_APART = 0.05
_LOOKED_AT = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Points that each keep a prefix.

    Attributes:
        points: `n x d`.
        prefixes: The position of each one's prefix in the pool, `n`.
    """

    points: Array
    prefixes: Indices

    def take(self, rows: Indices) -> Candidates:
        """Return some of the candidates."""
        return Candidates(points=self.points[rows], prefixes=self.prefixes[rows])

    def followed_by(self, other: Candidates) -> Candidates:
        """Return these candidates and then others."""
        return Candidates(
            points=np.concatenate([self.points, other.points]),
            prefixes=np.concatenate([self.prefixes, other.prefixes]),
        )


def shortlist(
    acquisition: Acquisition,
    encoding: Encoding,
    pool: tuple[Prefix, ...],
    best: Array,
    rng: np.random.Generator,
) -> tuple[Prefix, ...]:
    """Return the empty prefix and those that score best at a glance, in the order of the pool.

    Each is tried with what followed it, with what follows in the best points, and near both.

    Args:
        acquisition: What to maximise.
        encoding: The space as a cube.
        pool: The prefixes, the empty one first.
        best: The best points so far, `b x d`.
        rng: Decides where to look.
    """
    if len(pool) <= _SHORTLISTED + 1:
        return pool
    own = encoding.encode([prefix.source for prefix in pool[1:]])
    kept = _kept(pool, encoding.dimension)[1:, None]
    others = np.broadcast_to(best, (len(own), *best.shape))
    ends = np.concatenate([own[:, None], np.where(kept, own[:, None], others)], axis=1)
    stepped = np.where(encoding.numeric, _stepped(ends, _DISTANCES[1], rng), ends)
    near = encoding.snap(stepped.reshape(-1, encoding.dimension)).reshape(ends.shape)
    glances = np.concatenate([ends, np.where(kept, ends, near)], axis=1)
    runs = np.array([prefix.runs for prefix in pool[1:]])
    scores = acquisition.scores(
        glances.reshape(-1, encoding.dimension), np.repeat(runs, glances.shape[1], axis=0)
    )
    highest = scores.reshape(len(own), -1).max(axis=1)
    chosen = np.sort(np.argsort(-highest, kind="stable")[:_SHORTLISTED])
    return (pool[0], *(pool[1 + i] for i in chosen))


def first_look(
    encoding: Encoding, pool: tuple[Prefix, ...], best: Array, rng: np.random.Generator
) -> Candidates:
    """Return points all over the space and near the best ones, for every prefix of the pool.

    Args:
        encoding: The space as a cube.
        pool: The prefixes, the empty one first.
        best: The best points so far, `b x d`; b is at least 1.
        rng: Decides where to look.
    """
    sobol = qmc.Sobol(len(encoding.space), rng=rng).random_base2(_EVERYWHERE_LOG2)
    everywhere = encoding.spread(sobol)
    nearby = _near(encoding, best, everywhere, rng)
    parts = [np.concatenate([everywhere, nearby, best])]
    for i, prefix in enumerate(pool[1:]):
        turn = np.arange(i * _EACH_PREFIX, (i + 1) * _EACH_PREFIX)
        own = encoding.encode([prefix.source])
        some = [everywhere[turn % len(everywhere)], nearby[turn % _NEARBY], own, best]
        points = np.concatenate(some)
        columns = list(prefix.columns)
        points[:, columns] = own[:, columns]
        parts.append(points)
    counts = [len(part) for part in parts]
    return Candidates(
        points=np.concatenate(parts), prefixes=np.repeat(np.arange(len(pool)), counts)
    )


def climb(acquisition: Acquisition, pool: tuple[Prefix, ...], looked: Candidates) -> Candidates:
    """Return what the best of the first look lead to, and these themselves.

    Args:
        acquisition: What to maximise.
        pool: The prefixes, the empty one first.
        looked: The first look.
    """
    runs = np.array([prefix.runs for prefix in pool])
    scores = acquisition.scores(looked.points, runs[looked.prefixes])
    starts = looked.take(_starts(looked, scores))
    fixed = _kept(pool, looked.points.shape[1])

    def objective(points: Array, rows: Indices) -> tuple[Array, Array]:
        return acquisition(points, runs[starts.prefixes[rows]])

    points, _ = maximize(objective, starts.points, ~fixed[starts.prefixes])
    top = np.argsort(-scores, kind="stable")[:_LOOKED_AT]
    return Candidates(points=points, prefixes=starts.prefixes).followed_by(looked.take(top))


def _near(encoding: Encoding, best: Array, everywhere: Array, rng: np.random.Generator) -> Array:
    """Return `128 x d` points that differ from one of the best in some parameters.

    Numbers move a little; choices are taken from a point anywhere.
    """
    origin = best[rng.integers(len(best), size=_NEARBY)]
    donor = everywhere[rng.integers(len(everywhere), size=_NEARBY)]
    distance = rng.choice(_DISTANCES, size=(_NEARBY, 1))
    moved = _stepped(origin, distance, rng)
    changed: Mask = rng.random((_NEARBY, len(encoding.space))) < _CHANGED_SHARE
    other = np.where(encoding.numeric, moved, donor)
    return encoding.snap(np.where(changed[:, encoding.owners], other, origin))


def _stepped(points: Array, distance: float | Array, rng: np.random.Generator) -> Array:
    """Return points a normal step away in every coordinate, in the cube."""
    return np.clip(points + distance * rng.standard_normal(points.shape), 0.0, 1.0)


def _kept(pool: tuple[Prefix, ...], dimension: int) -> Mask:
    """Return which columns each prefix keeps, `len(pool) x d`."""
    kept = np.zeros((len(pool), dimension), dtype=bool)
    for row, prefix in zip(kept, pool, strict=True):
        row[list(prefix.columns)] = True
    return kept


def _starts(looked: Candidates, scores: Array) -> Indices:
    """Return the rows to climb from: some apart without a prefix, one for each good prefix."""
    ranked = np.argsort(-scores, kind="stable")
    without = ranked[looked.prefixes[ranked] == 0]
    _, firsts = np.unique(looked.prefixes[ranked], return_index=True)
    best_of_each = ranked[np.sort(firsts)]
    with_prefix = best_of_each[looked.prefixes[best_of_each] > 0][: _PREFIXES_KEPT - 1]
    return np.concatenate([_apart(looked.points, without), with_prefix])


def _apart(points: Array, ranked: Indices) -> Indices:
    """Return the first few of some rows that keep a distance from each other."""
    chosen: list[int] = []
    for row in ranked:
        distances = np.abs(points[chosen] - points[row]).max(axis=1) if chosen else np.ones(1)
        if np.min(distances) >= _APART:
            chosen.append(int(row))
        if len(chosen) == _FREE_STARTS:
            break
    return np.array(chosen, dtype=int)
