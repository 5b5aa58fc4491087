"""What the paper's table shows of a search: improvement, time to a rival's score, stage times."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from benchmarks.accounting import Trace
from benchmarks.comparison import Comparison

_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """What a stage has cost a search.

    Attributes:
        stage: Its name.
        executed: Compute seconds of its runs.
        saved: Compute seconds that hits avoided.
    """

    stage: str
    executed: float
    saved: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase:
    """How a method follows its best rival, seed by seed.

    Attributes:
        rival: Whose final score is to be reached.
        share: Mean share of the budget at which it was, where it was; None where it never was.
        reached: Seeds on which it was.
        seeds: Seeds that both have.
    """

    rival: str
    share: float | None
    reached: int
    seeds: int


def final_score(trace: Trace) -> float:
    """Return the best value once the budget is spent."""
    return float(trace.best[-1])


def improvement(trace: Trace) -> float:
    """Return by how much the best value has grown since the end of the warm-up."""
    return final_score(trace) - float(trace.best[max(trace.warm_up - 1, 0)])


def seconds_to(trace: Trace, score: float) -> float | None:
    """Return what was spent when a score was reached; None where it never was."""
    reached = (trace.best >= score - _SAME).nonzero()[0]
    return float(trace.spent[reached[0]]) if len(reached) else None


def best_rival(comparison: Comparison, own: Collection[str]) -> str | None:
    """Return the method with the highest mean final score that is none of our own."""
    rivals = [method for method in comparison.methods if method not in own]
    return max(rivals, key=lambda m: comparison.estimate(m, final_score).mean, default=None)


def chase(comparison: Comparison, method: str, rival: str) -> Chase:
    """Return when a method has reached the final score that a rival has on the same seed."""
    ours, theirs = comparison.traces[method], comparison.traces[rival]
    seeds = [seed for seed in ours if seed in theirs]
    found = [seconds_to(ours[seed], final_score(theirs[seed])) for seed in seeds]
    shares = [spent / comparison.problem.budget for spent in found if spent is not None]
    return Chase(
        rival=rival,
        share=sum(shares) / len(shares) if shares else None,
        reached=len(shares),
        seeds=len(seeds),
    )


def stage_times(comparison: Comparison, method: str) -> tuple[StageTime, ...]:
    """Return what each stage has cost, mean over the seeds; empty where it was not noted."""
    traces = [t for t in comparison.traces[method].values() if all(row.stages for row in t.rows)]
    names = [stage.name for stage in comparison.problem.pipeline.stages]
    sums = [_stage_sums(trace) for trace in traces]
    return tuple(
        StageTime(
            stage=name,
            executed=sum(found.get(name, (0.0, 0.0))[0] for found in sums) / len(sums),
            saved=sum(found.get(name, (0.0, 0.0))[1] for found in sums) / len(sums),
        )
        for name in (names if sums else ())
    )


def _stage_sums(trace: Trace) -> Mapping[str, tuple[float, float]]:
    sums: dict[str, tuple[float, float]] = {}
    for row in trace.rows:
        for stage, (executed, saved) in row.stages.items():
            before = sums.get(stage, (0.0, 0.0))
            sums[stage] = (before[0] + executed, before[1] + saved)
    return sums
