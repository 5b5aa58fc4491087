"""Configurations as points of the unit cube, and back.

A number takes one column (its logarithm on a logarithmic range), a choice of two takes one, a
choice of m > 2 takes m (one-hot). With p parameters there are d >= p columns.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

import numpy as np

from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.values import Configuration, Value, canonical_json
from eeipu_kfp.search.arrays import Array, Indices, Mask

_BINARY = 2


class Axis(Protocol):
    """The columns of one parameter."""

    width: int

    def encode(self, values: Sequence[Value]) -> Array:
        """Return `n x width` coordinates of n values."""
        ...

    def decode(self, point: Array) -> Value:
        """Return the allowed value nearest to `width` coordinates."""
        ...

    def snap(self, points: Array) -> Array:
        """Move `n x width` coordinates to those of the nearest allowed values."""
        ...

    def spread(self, quantiles: Array) -> Array:
        """Return `n x width` coordinates such that even quantiles give even values."""
        ...


class NumberAxis:
    """One column for a number: 0 at its lower bound, 1 at its upper bound."""

    width = 1

    def __init__(self, domain: Float | Int) -> None:
        self._domain = domain
        self._step = (domain.step or 1) if isinstance(domain, Int) else domain.step
        self._low = self._scaled(domain.low)
        self._span = self._scaled(domain.high) - self._low

    def encode(self, values: Sequence[Value]) -> Array:
        """Return `n x 1` coordinates."""
        numbers = np.asarray(values, dtype=float)[:, None]
        scaled = np.log(numbers) if self._domain.log else numbers
        coordinates: Array = (scaled - self._low) / self._span
        return coordinates

    def decode(self, point: Array) -> Value:
        """Return the nearest allowed value."""
        return self._domain.snap(float(self._unscaled(point)[0]))

    def snap(self, points: Array) -> Array:
        """Move `n x 1` coordinates onto the grid; a continuum stays as it is."""
        if self._step is None:
            return np.clip(points, 0.0, 1.0)
        low, high = self._domain.low, self._domain.high
        numbers = low + np.round((self._unscaled(points) - low) / self._step) * self._step
        clipped: Array = np.clip(numbers, low, high)
        return self.encode(clipped[:, 0].tolist())

    def spread(self, quantiles: Array) -> Array:
        """Give every value of a grid the same share of the quantiles (log: by its logarithm)."""
        if self._step is None:
            return quantiles
        low = self._scaled(self._domain.low - self._step / 2)
        high = self._scaled(self._domain.high + self._step / 2)
        return self.snap((low + quantiles * (high - low) - self._low) / self._span)

    def _scaled(self, number: float) -> float:
        return math.log(number) if self._domain.log else float(number)

    def _unscaled(self, coordinates: Array) -> Array:
        scaled: Array = self._low + coordinates * self._span
        return np.exp(scaled) if self._domain.log else scaled


class ChoiceAxis:
    """One column for a choice of two, or one for each choice of more."""

    def __init__(self, domain: Categorical) -> None:
        self._choices = domain.choices
        self._positions = {canonical_json(c): i for i, c in enumerate(domain.choices)}
        self.width = 1 if domain.count <= _BINARY else domain.count

    def encode(self, values: Sequence[Value]) -> Array:
        """Return `n x width` coordinates, all of them 0 or 1."""
        return self._columns(np.array([self._positions[canonical_json(v)] for v in values], int))

    def decode(self, point: Array) -> Value:
        """Return the choice with the largest coordinate."""
        return self._choices[int(self._nearest(point[None])[0])]

    def snap(self, points: Array) -> Array:
        """Move `n x width` coordinates to those of one choice each."""
        return self._columns(self._nearest(points))

    def spread(self, quantiles: Array) -> Array:
        """Give every choice the same share of the quantiles."""
        count = len(self._choices)
        return self._columns(np.minimum((quantiles[:, 0] * count).astype(int), count - 1))

    def _nearest(self, points: Array) -> Indices:
        if self.width > 1:
            largest: Indices = np.argmax(points, axis=1)
            return largest
        nearest: Indices = np.round(points[:, 0]).astype(np.intp)
        return np.minimum(nearest, len(self._choices) - 1)

    def _columns(self, positions: Indices) -> Array:
        if self.width > 1:
            chosen: Array = np.eye(self.width)[positions]
            return chosen
        return positions.astype(float)[:, None]


class Encoding:
    """The unit cube of a space.

    Attributes:
        space: The tuned parameters, p of them.
        dimension: The number of columns d.
        columns: The columns of each parameter.
        owners: For each column the position of its parameter, `d`.
        numeric: Which columns belong to numbers, `d`.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self._axes: tuple[Axis, ...] = tuple(
            ChoiceAxis(domain) if isinstance(domain, Categorical) else NumberAxis(domain)
            for domain in space.values()
        )
        edges = np.cumsum([0, *(axis.width for axis in self._axes)]).tolist()
        self._slices = tuple(slice(a, b) for a, b in itertools.pairwise(edges))
        self.dimension: int = edges[-1]
        self.columns = {
            n: tuple(range(s.start, s.stop)) for n, s in zip(space, self._slices, strict=True)
        }
        self.owners = np.repeat(np.arange(len(space)), [axis.width for axis in self._axes])
        is_number = [isinstance(axis, NumberAxis) for axis in self._axes]
        self.numeric: Mask = np.array(is_number, dtype=bool)[self.owners]

    def columns_of(self, names: Collection[str]) -> tuple[int, ...]:
        """Return the columns of some parameters, ascending; names beyond the space are left out."""
        return tuple(c for name, columns in self.columns.items() if name in names for c in columns)

    def encode(self, configurations: Iterable[Configuration]) -> Array:
        """Return n configurations as `n x d` points."""
        rows = tuple(configurations)
        points = np.zeros((len(rows), self.dimension))
        for name, axis, columns in zip(self.space, self._axes, self._slices, strict=True):
            if rows:
                points[:, columns] = axis.encode([row[name] for row in rows])
        return points

    def decode(self, point: Array) -> Configuration:
        """Return the allowed configuration nearest to one point of `d` coordinates."""
        return Configuration(
            {
                name: axis.decode(point[columns])
                for name, axis, columns in zip(self.space, self._axes, self._slices, strict=True)
            }
        )

    def snap(self, points: Array) -> Array:
        """Move `n x d` points to those of the nearest allowed configurations."""
        parts = [a.snap(points[:, c]) for a, c in zip(self._axes, self._slices, strict=True)]
        return np.concatenate(parts, axis=1)

    def spread(self, quantiles: Array) -> Array:
        """Turn `n x p` numbers in [0, 1) into `n x d` points, evenly over the configurations."""
        parts = [axis.spread(quantiles[:, [i]]) for i, axis in enumerate(self._axes)]
        return np.concatenate(parts, axis=1)
