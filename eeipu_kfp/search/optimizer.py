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

_ITERATIONS = 30
_MEMORY = 6
_HALVINGS = 10
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
    s: Array
    y: Array

    def keep(self, chosen: Mask) -> None:
        """Drop the other rows."""
        self.index, self.x, self.value = self.index[chosen], self.x[chosen], self.value[chosen]
        self.gradient, self.free = self.gradient[chosen], self.free[chosen]
        self.s, self.y = self.s[:, chosen], self.y[:, chosen]

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
    found, best = x.copy(), np.empty(len(x))
    everything = np.arange(len(x))
    value, gradient = objective(x, everything)
    best[:] = value
    memory = np.zeros((_MEMORY, *x.shape))
    rows = _Rows(everything, found.copy(), value, gradient, free.copy(), memory, memory.copy())
    for _ in range(_ITERATIONS):
        movable = rows.movable()
        steep = np.abs(np.where(movable, rows.gradient, 0.0)).max(axis=1, initial=0.0) > _FLAT
        if not steep.all():
            rows.keep(steep)
            movable = movable[steep]
        if not len(rows.index):
            break
        rows.keep(_advance(objective, rows, _direction(rows, movable)))
        found[rows.index], best[rows.index] = rows.x, rows.value
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
    """Move every row along its direction; return which rows gained enough to go on, `m`."""
    step = np.ones(len(rows.index))
    pending = np.arange(len(rows.index))
    x, value, gradient = rows.x.copy(), rows.value.copy(), rows.gradient.copy()
    for _ in range(_HALVINGS):
        trial = np.clip(rows.x[pending] + step[pending, None] * direction[pending], 0.0, 1.0)
        new_value, new_gradient = objective(trial, rows.index[pending])
        rise = np.einsum("md,md->m", rows.gradient[pending], trial - rows.x[pending])
        good = new_value >= rows.value[pending] + _SUFFICIENT * rise
        done = pending[good]
        x[done], value[done], gradient[done] = trial[good], new_value[good], new_gradient[good]
        pending = pending[~good]
        if not pending.size:
            break
        step[pending] *= 0.5
    _remember(rows, x, gradient)
    gained = value > rows.value + _GAIN
    rows.x, rows.value, rows.gradient = x, value, gradient
    return gained


def _remember(rows: _Rows, x: Array, gradient: Array) -> None:
    """Add the last change of every row to its memory; signs are those of a minimisation."""
    s, y = x - rows.x, rows.gradient - gradient
    rows.s = np.concatenate([rows.s[1:], s[None]])
    rows.y = np.concatenate([rows.y[1:], y[None]])
