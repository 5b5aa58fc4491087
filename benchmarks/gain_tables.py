"""The table of the paper and the stage times below it, as Markdown."""

from __future__ import annotations

from collections.abc import Collection

from benchmarks.comparison import Comparison
from benchmarks.gains import (
    StageTime,
    best_rival,
    chase,
    final_score,
    improvement,
    stage_times,
)
from benchmarks.tables import shown, table


def gain_table(comparison: Comparison, own: Collection[str]) -> str:
    """Return one row a method: what it has made of the budget.

    Args:
        comparison: The searches of one problem.
        own: Methods that are ours, so that the others are their rivals.
    """
    rival = best_rival(comparison, own)
    header = (
        "method",
        "seeds",
        "candidates",
        "final score",
        "improvement after the warm-up",
        f"budget spent at the final score of `{rival}`",
    )
    rows = [_gain_row(comparison, method, rival) for method in comparison.methods]
    return table(header, rows)


def _gain_row(comparison: Comparison, method: str, rival: str | None) -> tuple[str, ...]:
    of = comparison.estimate
    return (
        f"`{method}`",
        str(len(comparison.traces[method])),
        shown(of(method, lambda trace: float(trace.candidates))),
        f"{of(method, final_score).mean:.4f}",
        shown(of(method, improvement)),
        "" if rival is None else _chased(comparison, method, rival),
    )


def _chased(comparison: Comparison, method: str, rival: str) -> str:
    found = chase(comparison, method, rival)
    if found.share is None:
        return "never"
    seconds = found.share * comparison.problem.budget
    on = "" if found.reached == found.seeds else f" on {found.reached} of {found.seeds} seeds"
    return f"{seconds:,.0f} s, {100 * found.share:.0f} %{on}"


def stage_table(comparison: Comparison) -> str:
    """Return one row a method: the seconds of each stage that ran, and those that were saved.

    Searches of which stage times were not noted are left out; without any, so is the table.
    """
    times = {method: stage_times(comparison, method) for method in comparison.methods}
    known = {method: found for method, found in times.items() if found}
    names = [stage.name for stage in comparison.problem.pipeline.stages]
    if not known:
        return ""
    header = ("method", *(f"{name}: ran, saved" for name in names), "all: ran, saved", "saved")
    return table(header, [_stage_row(method, found) for method, found in known.items()])


def _stage_row(method: str, found: tuple[StageTime, ...]) -> tuple[str, ...]:
    executed, saved = (sum(values) for values in zip(*map(_pair, found), strict=True))
    whole = executed + saved
    return (
        f"`{method}`",
        *(f"{each.executed:,.0f}, {each.saved:,.0f} s" for each in found),
        f"{executed:,.0f}, {saved:,.0f} s",
        f"{100 * saved / whole:.0f} %" if whole else "",
    )


def _pair(found: StageTime) -> tuple[float, float]:
    return found.executed, found.saved
