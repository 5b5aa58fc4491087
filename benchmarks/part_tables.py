"""The tables of the parts: a line for everything that was tried, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks.accounting import Trace
from benchmarks.comparison import Comparison, area, candidates, final_regret
from benchmarks.forecasts import FORECAST, forecast_table
from benchmarks.methods import Method
from benchmarks.parts import Part
from benchmarks.report import origin_note
from benchmarks.results import Origin
from benchmarks.tables import shown, table

_WORKERS = "workers"
_HEADER = (
    "problem",
    "method",
    "seeds",
    "candidates",
    "final regret",
    "mean regret",
    "reuse",
    "final less default",
    "mean less default",
    "run again",
)
_PARALLEL_HEADER = (
    "problem",
    "workers",
    "seeds",
    "candidates",
    "final regret",
    "mean regret",
    "final less one worker",
    "saved",
    "savings kept",
    "times as fast",
    "duplicates",
)


def parts_section(
    parts: Mapping[str, Part], compared: Sequence[Comparison], origins: Sequence[Origin]
) -> str:
    """Return what a suite's parts have shown, with a heading and a table for each.

    Problems on which there is nothing to compare yet are left out.

    Args:
        parts: The parts by name.
        compared: The problems that there are results of.
        origins: What has made the results.
    """
    by_problem = {comparison.problem.name: comparison for comparison in compared}
    texts = [origin_note(origins)]
    for name, part in parts.items():
        known = [by_problem[problem] for problem in part.problems if problem in by_problem]
        found = [comparison for comparison in known if _compares(part, comparison)]
        if found:
            texts.append(f"### {part.question}\n\n{_table(name, part, found)}")
    return "\n\n".join(texts)


def _compares(part: Part, comparison: Comparison) -> bool:
    return sum(Method.named(text).name in comparison.methods for text in part.methods) > 1


def _table(name: str, part: Part, compared: Sequence[Comparison]) -> str:
    if name == FORECAST:
        return forecast_table(compared)
    if name == _WORKERS:
        return table(_PARALLEL_HEADER, list(_rows(part, compared, _parallel_row)))
    return table(_HEADER, list(_rows(part, compared, _row)))


def _rows(
    part: Part,
    compared: Sequence[Comparison],
    row: Callable[[Comparison, str, str], tuple[str, ...]],
) -> Iterator[tuple[str, ...]]:
    reference = Method.named(part.reference).name
    for comparison in compared:
        for text in part.methods:
            name = Method.named(text).name
            if name in comparison.methods:
                yield row(comparison, name, reference)


def _row(comparison: Comparison, method: str, reference: str) -> tuple[str, ...]:
    of = comparison.estimate
    return (
        comparison.problem.name,
        f"`{method}`",
        str(len(comparison.traces[method])),
        *(shown(of(method, figure)) for figure in (candidates, final_regret, area)),
        f"{of(method, lambda t: t.reuse).mean:.2f}",
        *(_less(comparison, method, reference, figure) for figure in (final_regret, area)),
        shown(of(method, lambda t: float(t.repeats))),
    )


def _parallel_row(comparison: Comparison, method: str, reference: str) -> tuple[str, ...]:
    of = comparison.estimate
    saved = of(method, lambda t: t.saved_share)
    alone = comparison.traces.get(reference, {})
    kept = comparison.estimate(reference, lambda t: t.saved_share).mean if alone else 0.0
    seconds = comparison.estimate(reference, lambda t: t.seconds).mean if alone else 0.0
    return (
        comparison.problem.name,
        str(Method.named(method).setting.workers),
        str(len(comparison.traces[method])),
        *(shown(of(method, figure)) for figure in (candidates, final_regret, area)),
        _less(comparison, method, reference, final_regret),
        f"{100 * saved.mean:.0f} %",
        f"{100 * saved.mean / kept:.0f} %" if kept else "",
        f"{seconds / of(method, lambda t: t.seconds).mean:.1f}" if seconds else "",
        f"{of(method, lambda t: float(t.repeats)).mean:g}",
    )


def _less(
    comparison: Comparison, method: str, reference: str, figure: Callable[[Trace], float]
) -> str:
    paired = comparison.paired(method, reference, figure)
    return "" if paired is None or method == reference else shown(paired.difference, sign="+")
