"""Maximising many small problems at once: projected L-BFGS, one problem a row.

Every row has starting point, fixed coordinates, memory and step of its own; all that are still
moving are evaluated together, so that the cost of a step hardly depends on how many there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from eeipu_kfp.search.arrays import Array, Indices, Mask

Objective: TypeAlias = Callable[[Array, Indices], tuple[Array, Array]]
"""Points `m x d` and the m rows they stand for -> values `m` and gradients `m x d`."""

_EVALUATIONS = 40
_MEMORY = 6
_LEAST_STEP = 1e-3
_SUFFICIENT = 1e-4
_FLAT = 3e-3
_GAIN = 3e-4
_FIRST_STEP = 0.1
_CURVATURE = 1e-12


@dataclass(slots=True)
class _Rows:
    """The rows that still move: m of n; `s` and `y` are the last changes, newest last."""

    index: Indices
    x: Array
    value: Array
    gradient: Array
    free: Mask
    step: Array
    s: Array
    y: Array

    def keep(self, chosen: Mask) -> None:
        """Drop the other rows."""
        self.index, self.x, self.value = self.index[chosen], self.x[chosen], self.value[chosen]
        self.gradient, self.free = self.gradient[chosen], self.free[chosen]
        self.step = self.step[chosen]
        self.s, self.y = self.s[:, chosen], self.y[:, chosen]

    def remember(self, chosen: Mask, x: Array, gradient: Array) -> None:
        """Add a change of some rows to their memory; signs are those of a minimisation."""
        for memory, change in ((self.s, x - self.x), (self.y, self.gradient - gradient)):
            memory[:-1, chosen] = memory[1:, chosen]
            memory[-1, chosen] = change[chosen]

    def movable(self) -> Mask:
        """Return the coordinates that are free and not held by a bound, `m x d`."""
        stuck = ((self.x <= 0.0) & (self.gradient < 0.0)) | (
            (self.x >= 1.0) & (self.gradient > 0.0)
        )
        return self.free & ~stuck


def maximize(objective: Objective, x: Array, free: Mask) -> tuple[Array, Array]:
    """Return the local maxima in the unit cube that n starting points lead to.

    Args:
        objective: What to maximise.
        x: Starting points, `n x d`.
        free: Which coordinates may change, `n x d`.

    Returns:
        Points, `n x d`, and their values, `n`.
    """
    found, everything = x.copy(), np.arange(len(x))
    value, gradient = objective(x, everything)
    best, memory = value.copy(), np.zeros((_MEMORY, *x.shape))
    rows = _Rows(
        index=everything,
        x=found.copy(),
        value=value,
        gradient=gradient,
        free=free.copy(),
        step=np.ones(len(x)),
        s=memory,
        y=memory.copy(),
    )
    for _ in range(_EVALUATIONS):
        movable = rows.movable()
        steep = np.abs(np.where(movable, rows.gradient, 0.0)).max(axis=1, initial=0.0) > _FLAT
        if not steep.all():
            rows.keep(steep)
            movable = movable[steep]
        if not len(rows.index):
            break
        moving = _advance(objective, rows, _direction(rows, movable))
        found[rows.index], best[rows.index] = rows.x, rows.value
        rows.keep(moving)
    return found, best


def _direction(rows: _Rows, movable: Mask) -> Array:
    """Return the ascent directions that gradient and memory suggest, `m x d` (two loops)."""
    gradient = np.where(movable, rows.gradient, 0.0)
    curvature = np.einsum("imd,imd->im", rows.s, rows.y)
    rho = np.divide(1.0, curvature, out=np.zeros_like(curvature), where=curvature > _CURVATURE)
    q, weights = gradient.copy(), np.zeros_like(rho)
    for i in range(_MEMORY - 1, -1, -1):
        weights[i] = rho[i] * np.einsum("md,md->m", rows.s[i], q)
        q -= weights[i][:, None] * rows.y[i]
    newest = np.einsum("md,md->m", rows.y[-1], rows.y[-1])
    first = _FIRST_STEP / np.maximum(np.abs(gradient).max(axis=1), _CURVATURE)
    known = rho[-1] > 0.0
    scale = np.where(known, curvature[-1] / np.where(known, newest, 1.0), first)
    q *= scale[:, None]
    for i in range(_MEMORY):
        back = rho[i] * np.einsum("md,md->m", rows.y[i], q)
        q += (weights[i] - back)[:, None] * rows.s[i]
    q = np.where(movable, q, 0.0)
    ascends = np.einsum("md,md->m", q, gradient) > 0.0
    return np.where(ascends[:, None], q, first[:, None] * gradient)


def _advance(objective: Objective, rows: _Rows, direction: Array) -> Mask:
    """Try a step along every row's direction; return which rows are worth another, `m`.

    Where it does not rise enough the row stays, and tries half of the step next.
    """
    x = np.clip(rows.x + rows.step[:, None] * direction, 0.0, 1.0)
    value, gradient = objective(x, rows.index)
    rise = np.einsum("md,md->m", rows.gradient, x - rows.x)
    good = value >= rows.value + _SUFFICIENT * rise
    gained = value > rows.value + _GAIN
    rows.remember(good, x, gradient)
    rows.x[good], rows.value[good], rows.gradient[good] = x[good], value[good], gradient[good]
    rows.step = np.where(good, 1.0, 0.5 * rows.step)
    moving: Mask = np.where(good, gained, rows.step > _LEAST_STEP)
    return moving
