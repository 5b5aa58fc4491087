"""The pictures of the report: regret against what was spent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from benchmarks.comparison import Comparison
from benchmarks.problems.problem import Array
from benchmarks.tables import REFERENCE
from eeipu_kfp.report.scales import Scale
from eeipu_kfp.report.svg import drawing, element, joined, text

_WIDTH, _HEIGHT = 760.0, 380.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 560.0, 30.0, 340.0
_POINTS = 120
_LEAST_SHARE = 5e-4
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#a6761d", "#6b7280")
_DASHES = (None, "6 3", "2 3")
_LINE_HEIGHT = 16.0
_INK, _GRID = "#1b2430", "#d8dee4"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pen:
    """What a method is drawn with: the reference stands out, the others differ from each other."""

    colour: str
    width: float
    dash: str | None

    @classmethod
    def of(cls, method: str, number: int) -> _Pen:
        """Return the pen of the method that is drawn as the `number`-th."""
        if method == REFERENCE:
            return cls(colour=_INK, width=3.2, dash=None)
        row, column = divmod(number, len(_COLOURS))
        return cls(colour=_COLOURS[column], width=1.6, dash=_DASHES[row % len(_DASHES)])

    def line(self, path: str) -> Markup:
        """Return a line along a path."""
        return element(
            "path",
            d=path,
            fill="none",
            stroke=self.colour,
            stroke_width=f"{self.width}",
            stroke_dasharray=self.dash,
        )


def regret_figure(comparison: Comparison) -> str:
    """Return an SVG: the mean regret of every method over its seeds, in a band of one error."""
    budget = comparison.problem.budget
    grid = np.linspace(0.0, budget, _POINTS)
    # What is drawn last lies on top.
    methods = sorted(comparison.methods, key=lambda method: method == REFERENCE)
    curves = {method: _curves(comparison, method, grid) for method in methods}
    across = Scale(low=0.0, high=budget, start=_LEFT, stop=_RIGHT)
    up = _regret_scale(list(curves.values()))
    marks = [
        _curve(_Pen.of(method, number), curve, grid, across, up)
        for number, (method, curve) in enumerate(curves.items())
    ]
    title = f"{comparison.problem.name}: regret, mean of the seeds with its standard error"
    return str(
        drawing(
            f"regret-{comparison.problem.name}",
            title,
            _WIDTH,
            _HEIGHT,
            element("rect", width=_WIDTH, height=_HEIGHT, fill="#ffffff"),
            element(
                "g",
                text(_LEFT, 18.0, title),
                *_axes(across, up),
                *marks,
                *_legend(methods),
                font_family="sans-serif",
                font_size="12",
                fill=_INK,
            ),
        )
    )


def _curves(comparison: Comparison, method: str, grid: Array) -> Array:
    """Return the regrets of all seeds, `seeds x n`; NaN before the first trial has ended."""
    traces = comparison.traces[method].values()
    rows = [np.where(grid < t.spent[0], np.nan, t.regrets_at(grid)) for t in traces]
    return np.array(rows)


def _regret_scale(curves: Sequence[Array]) -> Scale:
    # The first points of a curve may be known of some seeds alone, and are not drawn.
    means = [curve.mean(axis=0) for curve in curves]
    high = 1.5 * max(float(np.nanmax(mean)) for mean in means)
    low = max(min(float(mean[-1]) for mean in means) / 1.5, high * _LEAST_SHARE)
    return Scale(low=low, high=max(high, 2 * low), start=_BOTTOM, stop=_TOP, log=True)


def _curve(pen: _Pen, curve: Array, grid: Array, across: Scale, up: Scale) -> Markup:
    known = ~np.isnan(curve).any(axis=0)
    mean = curve[:, known].mean(axis=0)
    error = curve[:, known].std(axis=0, ddof=1) / math.sqrt(len(curve)) if len(curve) > 1 else 0.0
    xs = grid[known]
    band = [*zip(xs, mean + error, strict=True), *reversed([*zip(xs, mean - error, strict=True)])]
    return joined(
        (
            element("path", d=f"{_path(band, across, up)}Z", fill=pen.colour, fill_opacity="0.12"),
            pen.line(_path([*zip(xs, mean, strict=True)], across, up)),
        )
    )


def _path(points: Sequence[tuple[float, float]], across: Scale, up: Scale) -> str:
    return "M" + "L".join(f"{across(float(x)):.1f} {up(float(y)):.1f}" for x, y in points)


def _axes(across: Scale, up: Scale) -> list[Markup]:
    parts = [text(_RIGHT, _HEIGHT - 6.0, "seconds spent", anchor="end")]
    for tick in up.ticks():
        parts += [
            _line(_LEFT, up(tick), _RIGHT, up(tick)),
            text(_LEFT - 6.0, up(tick) + 4.0, f"{tick:g}", anchor="end"),
        ]
    for tick in across.ticks():
        parts += [
            _line(across(tick), _BOTTOM, across(tick), _BOTTOM + 4.0),
            text(across(tick), _BOTTOM + 17.0, f"{tick:g}", anchor="middle"),
        ]
    return parts


def _legend(methods: Sequence[str]) -> list[Markup]:
    parts: list[Markup] = []
    for number, method in enumerate(methods):
        y = _TOP + _LINE_HEIGHT * number
        swatch = _Pen.of(method, number).line(f"M{_RIGHT + 14:.0f} {y:.0f}h26")
        parts += [swatch, text(_RIGHT + 46.0, y + 4.0, method)]
    return parts


def _line(x1: float, y1: float, x2: float, y2: float) -> Markup:
    return element("path", d=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", stroke=_GRID)
