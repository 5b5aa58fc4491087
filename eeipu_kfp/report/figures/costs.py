"""Seconds spent and saved by stage."""

from __future__ import annotations

from markupsafe import Markup

from eeipu_kfp.report import wording
from eeipu_kfp.report.palette import hatch, stage_class
from eeipu_kfp.report.scales import Scale
from eeipu_kfp.report.summary import StageSummary, Summary
from eeipu_kfp.report.svg import Figure, drawing, element, fitting, joined, key, text

_WIDTH, _ROW, _BAR, _LABEL = 500.0, 50.0, 16.0, 120.0


def draw(summary: Summary) -> Figure:
    """Return a bar for each stage: solid for the seconds spent, hatched for those saved."""
    whole = max((s.seconds + s.saved_seconds for s in summary.stages), default=0.0)
    if not whole:
        return Figure(note="No stage has run yet.")
    x = Scale(low=0.0, high=whole, start=0.0, stop=_WIDTH - _LABEL)
    bars = joined(_stage(stage, index, x) for index, stage in enumerate(summary.stages))
    description = "; ".join(
        f"{s.stage}: {wording.duration(s.seconds)} spent, {wording.duration(s.saved_seconds)} saved"
        for s in summary.stages
    )
    svg = drawing("costs", description, _WIDTH, _ROW * len(summary.stages), bars)
    solid = element("rect", y=1, width=18, height=10, class_=f"run {stage_class(0)}")
    hatched = element(
        "rect", y=1, width=18, height=10, fill=hatch(0), class_=f"cached {stage_class(0)}"
    )
    legend = key((solid, "spent"), (hatched, "saved by the cache"))
    return Figure(svg=svg, legend=legend, note=_note(summary))


def _stage(stage: StageSummary, index: int, x: Scale) -> Markup:
    top = index * _ROW
    spent, saved = x(stage.seconds), x(stage.saved_seconds)
    y = top + 22
    figures = f"{wording.duration(stage.seconds)} + {wording.duration(stage.saved_seconds)}"
    return element(
        "g",
        element("title", f"{stage.stage}: {_seconds(stage)}; {_counts(stage)}"),
        text(0, top + 15, _name(stage), kind="strong"),
        text(_WIDTH, top + 15, _counts(stage), anchor="end", kind="tick"),
        element("rect", x=0, y=y, width=spent, height=_BAR, class_=f"run {stage_class(index)}"),
        element(
            "rect", x=spent, y=y, width=saved, height=_BAR,
            fill=hatch(index), class_=f"cached {stage_class(index)}",
        ),
        text(spent + saved + 8, y + 13, figures, kind="tick"),
    )  # fmt: skip


def _name(stage: StageSummary) -> str:
    return wording.shorten(stage.stage, fitting(_WIDTH, 14) - len(_counts(stage)) - 2)


def _seconds(stage: StageSummary) -> str:
    spent, saved = wording.duration(stage.seconds), wording.duration(stage.saved_seconds)
    overhead = wording.duration(stage.overhead_seconds)
    beside = f", {overhead} of overhead" if stage.overhead_seconds else ""
    return f"{spent} spent, {saved} saved{beside}"


def _note(summary: Summary) -> str:
    overhead, whole = summary.overhead_seconds, summary.spent_seconds
    if not overhead:
        return ""
    return (
        f"Beside the compute, stages took {wording.duration(overhead)} of overhead to start, to "
        f"hand data over and to wait: {wording.percent(overhead, whole + overhead)} of their time."
    )


def _counts(stage: StageSummary) -> str:
    failed = f", {stage.failed:,} failed" if stage.failed else ""
    return f"{stage.executed:,} executed, {stage.cached:,} cached{failed}"
