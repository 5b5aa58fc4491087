"""Scales: from values to places on an axis, and where its ticks stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eeipu_kfp.report.wording import unit_of

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_SLACK = 1e-9
_TUKEY = 1.5
_WORTH_CLIPPING = 3.0
_MOST_TICKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A mapping of [low, high] onto [start, stop] on the paper; values outside go to the edge.

    Attributes:
        low: Smallest value shown.
        high: Largest value shown.
        start: Where `low` stands, in user units of the SVG.
        stop: Where `high` stands.
        log: Whether the logarithm is what is spread evenly.
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return where a value stands; the middle where all values are equal."""
        low, high = self._inner(self.low), self._inner(self.high)
        share = (self._inner(value) - low) / (high - low) if high > low else 0.5
        return self.start + min(1.0, max(0.0, share)) * (self.stop - self.start)

    def ticks(self, count: int = 5) -> tuple[float, ...]:
        """Return about `count` round values."""
        if self.log:
            return _log_ticks(self.low, self.high, count)
        return _even_ticks(self.low, self.high, count)

    def time_ticks(self, count: int = 6) -> tuple[float, ...]:
        """Return about `count` round times, in seconds."""
        length, _ = unit_of(self.high)
        return tuple(t * length for t in _even_ticks(self.low / length, self.high / length, count))

    def _inner(self, value: float) -> float:
        return math.log(max(value, self.low)) if self.log else value


def padded(low: float, high: float) -> tuple[float, float]:
    """Return limits with some air, and with a width where there is none."""
    air = 0.06 * (high - low) or 0.05 * abs(high) or 0.5
    return low - air, high + air


def fence(scores: Sequence[float]) -> float:
    """Return the score below which trials are drawn at the edge, so that the rest stay legible.

    Tukey's fence (first quartile minus 1.5 interquartile ranges) where it spares two thirds of the
    axis; otherwise the smallest score.

    Args:
        scores: At least one; larger is better.
    """
    first, third = np.quantile(np.asarray(scores), (0.25, 0.75))
    low, best = min(scores), max(scores)
    limit = max(low, float(first - _TUKEY * (third - first)))
    return limit if best - low > _WORTH_CLIPPING * (best - limit) else low


def _even_ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    step = _nice_step((high - low) / count)
    if not step or low + step == low:
        return (low, high) if high > low else (low,)
    first = math.ceil(low / step - _SLACK)
    last = math.floor(high / step + _SLACK)
    return tuple(_clean(index * step) for index in range(first, last + 1))


def _nice_step(rough: float) -> float:
    if not rough > 0 or not math.isfinite(rough):
        return 0.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next((nice * power for nice in _NICE if nice * power >= rough * (1 - _SLACK)), power)


def _log_ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    first = math.floor(math.log10(low))
    last = math.ceil(math.log10(high))
    every = max(1, math.ceil((last - first) / count))
    for multiples in ((1,), (1, 3), (1, 2, 5)):
        found = [m * 10.0**e for e in range(first, last + 1, every) for m in multiples]
        inside = [_clean(v) for v in found if low * (1 - _SLACK) <= v <= high * (1 + _SLACK)]
        if len(inside) >= min(3, count):
            return tuple(inside[:_MOST_TICKS])
    return (low, high)


def _clean(value: float) -> float:
    return float(f"{value:.12g}")
