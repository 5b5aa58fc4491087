"""The tables of the report, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.comparison import Comparison, area, final_regret, regret_at_share
from benchmarks.statistics import Estimate, Paired

REFERENCE = "eeipu@pool"
"""What the others are compared with, seed by seed."""

MEMORYLESS = ("ei@none", "eips@none", "carbo@none", "lambo@none", "ms-bo@none")
"""Whose mean number of candidates is the unit of the overview's first figure."""

_SHARES = (0.25, 0.5, 1.0)


def overview(comparisons: Sequence[Comparison]) -> str:
    """Return one row a method: means over the problems that it was run on."""
    methods = list(dict.fromkeys(m for c in comparisons for m in c.methods))
    header = (
        "method",
        "problems",
        "candidates / memoryless",
        "final regret left",
        "mean regret left",
        "final: wins-ties-losses",
        "mean: wins-ties-losses",
    )
    return table(header, [_overview_row(method, comparisons) for method in methods])


def _overview_row(method: str, comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    own = [c for c in comparisons if method in c.methods]
    ratios = [r for c in own if (r := c.candidates_against(MEMORYLESS, method)) is not None]
    finals = [c.paired(method, REFERENCE, final_regret) for c in own]
    areas = [c.paired(method, REFERENCE, area) for c in own]
    return (
        f"`{method}`",
        str(len(own)),
        f"{_mean(ratios):.2f}" if ratios else "",
        f"{100 * _mean([c.left_of_warm_up(method, final_regret) for c in own]):.1f} %",
        f"{100 * _mean([c.left_of_warm_up(method, area) for c in own]):.1f} %",
        "" if method == REFERENCE else _record(finals),
        "" if method == REFERENCE else _record(areas),
    )


def detail(comparison: Comparison) -> str:
    """Return one row a method with its figures on a problem."""
    header = (
        "method",
        "seeds",
        "candidates",
        *(f"regret at {100 * share:.0f} %" for share in _SHARES),
        "mean regret",
        "reuse",
        "final less reference",
        "p",
        "mean less reference",
        "p",
        "proposal, s",
    )
    rows = [_detail_row(comparison, method) for method in comparison.methods]
    return table(header, rows)


def _detail_row(comparison: Comparison, method: str) -> tuple[str, ...]:
    of = comparison.estimate
    return (
        f"`{method}`",
        str(len(comparison.traces[method])),
        shown(of(method, lambda t: float(t.candidates))),
        *(shown(of(method, regret_at_share(share))) for share in _SHARES),
        shown(of(method, area)),
        f"{of(method, lambda t: t.reuse).mean:.2f}",
        *_against(comparison.paired(method, REFERENCE, final_regret), method),
        *_against(comparison.paired(method, REFERENCE, area), method),
        f"{of(method, lambda t: t.proposal_seconds).mean:.3f}",
    )


def _against(paired: Paired | None, method: str) -> tuple[str, str]:
    if paired is None or method == REFERENCE:
        return "", ""
    record = f"{paired.wins}-{paired.ties}-{paired.losses}"
    return f"{shown(paired.difference, sign='+')} ({record})", f"{paired.p_value:.3f}"


def _record(pairs: Sequence[Paired | None]) -> str:
    known = [pair for pair in pairs if pair is not None]
    if not known:
        return ""
    sums = (sum(p.wins for p in known), sum(p.ties for p in known), sum(p.losses for p in known))
    return "-".join(map(str, sums))


def shown(estimate: Estimate, sign: str = "") -> str:
    """Return a mean with its error, where there is one."""
    mean = f"{estimate.mean:{sign}.3g}"
    return mean if math.isnan(estimate.error) else f"{mean} ± {estimate.error:.2g}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are figures."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))
