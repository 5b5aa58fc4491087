"""The picture of stage times: what ran and what the cache saved, a bar a method."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from benchmarks.comparison import Comparison
from benchmarks.gains import StageTime, stage_times
from eeipu_kfp.report.scales import Scale
from eeipu_kfp.report.svg import drawing, element, joined, text

_WIDTH, _LEFT, _RIGHT, _TOP = 790.0, 170.0, 770.0, 56.0
_BAR, _ROW, _FOOT = 18.0, 28.0, 40.0
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#a6761d", "#6b7280")
_INK, _GRID = "#1b2430", "#d8dee4"
_FAINT = "0.25"
_LETTER = 7.0


def stage_figure(comparison: Comparison) -> str | None:
    """Return an SVG: seconds by stage that ran, full, then those saved, faint.

    Methods of which stage times were not noted are left out; None without any.
    """
    times = {method: stage_times(comparison, method) for method in comparison.methods}
    known = {method: found for method, found in times.items() if found}
    if not known:
        return None
    longest = max(sum(t.executed + t.saved for t in found) for found in known.values())
    across = Scale(low=0.0, high=longest, start=_LEFT, stop=_RIGHT)
    bottom = _TOP + _ROW * len(known)
    title = f"{comparison.problem.name}: seconds of stages, run (full) and saved (faint)"
    return str(
        drawing(
            f"stages-{comparison.problem.name}",
            title,
            _WIDTH,
            bottom + _FOOT,
            element("rect", width=_WIDTH, height=bottom + _FOOT, fill="#ffffff"),
            element(
                "g",
                text(_LEFT, 18.0, title),
                *_legend([stage.name for stage in comparison.problem.pipeline.stages]),
                *_axis(across, bottom),
                *(
                    _bar(method, found, across, _TOP + _ROW * number)
                    for number, (method, found) in enumerate(known.items())
                ),
                font_family="sans-serif",
                font_size="12",
                fill=_INK,
            ),
        )
    )


def _bar(method: str, found: Sequence[StageTime], across: Scale, y: float) -> Markup:
    parts = [text(_LEFT - 8.0, y + 13.0, method, anchor="end")]
    begin = 0.0
    runs = [(each.executed, None) for each in found]
    hits = [(each.saved, _FAINT) for each in found]
    for number, (seconds, opacity) in enumerate([*runs, *hits]):
        left, right = across(begin), across(begin + seconds)
        begin += seconds
        parts.append(
            element(
                "rect",
                x=left,
                y=y,
                width=right - left,
                height=_BAR,
                fill=_COLOURS[number % len(found) % len(_COLOURS)],
                fill_opacity=opacity,
            )
        )
    return joined(parts)


def _axis(across: Scale, bottom: float) -> list[Markup]:
    parts = [text(_RIGHT, bottom + 34.0, "seconds, mean of the seeds", anchor="end")]
    for tick in across.ticks():
        x = across(tick)
        line = f"M{x:.1f} {_TOP - 6:.1f}L{x:.1f} {bottom:.1f}"
        parts += [
            element("path", d=line, stroke=_GRID),
            text(x, bottom + 16.0, f"{tick:,.0f}", anchor="middle"),
        ]
    return parts


def _legend(stages: Sequence[str]) -> list[Markup]:
    parts: list[Markup] = []
    x = _LEFT
    for number, stage in enumerate(stages):
        colour = _COLOURS[number % len(_COLOURS)]
        parts += [
            element("rect", x=x, y=28.0, width=12.0, height=12.0, fill=colour),
            text(x + 17.0, 38.0, stage),
        ]
        x += 36.0 + _LETTER * len(stage)
    return parts
