"""The forecast of `eeipu plan` beside what searches have really made of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

from benchmarks.comparison import Comparison, candidates
from benchmarks.methods import Method
from benchmarks.problems.problem import Problem
from benchmarks.tables import table
from eeipu_kfp.tuning.forecast import Forecast, Prices, Standing, forecast

FORECAST = "forecast"
"""The name of the part."""

_WITH = Method.named("eeipu").name
_WITHOUT = Method.named("eeipu@none").name
_HEADER = (
    "problem",
    "seeds",
    "without: forecast",
    "measured",
    "with the cache: forecast",
    "measured",
    "times as many: forecast",
    "measured",
    "off by",
)


def foreseen(problem: Problem, seed: int) -> Forecast:
    """Return what would be said of the rest of the budget after the given warm-up."""
    shape, given = problem.pipeline.shape, problem.warm_up(seed)
    spent = sum(problem.cost(values) for values in given)
    usual = {s.name: median(s.seconds(v) for v in given) for s in problem.pipeline.stages}
    kept = {
        name: len({values.restricted_to(shape.determinants(name)) for values in given})
        for name in shape.names
    }
    return forecast(
        problem.budget - spent,
        shape,
        problem.space,
        Prices(stages=usual, hit=problem.hit_seconds),
        Standing(cached=kept),
    )


def forecast_table(compared: Sequence[Comparison]) -> str:
    """Return a row a problem, and how far off the forecasts are."""
    found = [(c, *_gains(c)) for c in compared if {_WITH, _WITHOUT} <= set(c.methods)]
    rows = [_row(c, told, seen) for c, told, seen in found]
    if not found:
        return table(_HEADER, rows)
    off = [told / seen - 1.0 for _, told, seen in found]
    known = [comparison for comparison, _, _ in found]
    said = (
        f"The gain is off by {100 * fmean(map(abs, off)):.0f} % on average over the problems "
        f"({100 * fmean(off):+.0f} % with its sign), at worst by {100 * max(map(abs, off)):.0f} %; "
        f"the number of trials with the cache by {100 * fmean(map(_miscount, known)):.0f} %, "
        f"at worst by {100 * max(map(_miscount, known)):.0f} %."
    )
    return f"{table(_HEADER, rows)}\n\n{said}"


def _row(comparison: Comparison, told: float, seen: float) -> tuple[str, ...]:
    foreseen_by_seed = _foreseen(comparison)
    return (
        comparison.problem.name,
        str(len(foreseen_by_seed)),
        f"{fmean(f.whole for f in foreseen_by_seed):.0f}",
        f"{comparison.estimate(_WITHOUT, candidates).mean:.0f}",
        f"{fmean(f.trials for f in foreseen_by_seed):.0f}",
        f"{comparison.estimate(_WITH, candidates).mean:.0f}",
        f"{told:.2f}",
        f"{seen:.2f}",
        f"{100 * (told / seen - 1.0):+.0f} %",
    )


def _gains(comparison: Comparison) -> tuple[float, float]:
    """Return how many times as many trials the cache should make, and has made."""
    told = _foreseen(comparison)
    alone = comparison.estimate(_WITHOUT, candidates).mean
    gain = fmean(f.trials for f in told) / fmean(f.whole for f in told)
    return gain, comparison.estimate(_WITH, candidates).mean / max(alone, 1.0)


def _miscount(comparison: Comparison) -> float:
    told = fmean(f.trials for f in _foreseen(comparison))
    return abs(told / max(comparison.estimate(_WITH, candidates).mean, 1.0) - 1.0)


def _foreseen(comparison: Comparison) -> list[Forecast]:
    return [foreseen(comparison.problem, seed) for seed in comparison.traces[_WITH]]
