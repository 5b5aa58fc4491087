"""The searches of one problem side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from benchmarks.accounting import Trace
from benchmarks.problems.problem import Problem
from benchmarks.results import Unit
from benchmarks.statistics import Estimate, Paired
from benchmarks.world import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What all methods have made of one problem.

    Attributes:
        problem: The problem.
        traces: By method, and by seed.
    """

    problem: Problem
    traces: Mapping[str, Mapping[int, Trace]]

    @classmethod
    def of(cls, problem: Problem, units: Mapping[Unit, tuple[Row, ...]]) -> Comparison:
        """Take the finished searches of a problem."""
        found: dict[str, dict[int, Trace]] = {}
        for unit in sorted(units):
            if unit.problem == problem.name:
                trace = Trace.of(units[unit], problem.budget, problem.optimum)
                found.setdefault(unit.method, {})[unit.seed] = trace
        return cls(problem=problem, traces=found)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that have made anything of it."""
        return tuple(self.traces)

    def estimate(self, method: str, figure: Callable[[Trace], float]) -> Estimate:
        """Return a figure of a method over its seeds."""
        return Estimate.of([figure(trace) for trace in self.traces[method].values()])

    def paired(
        self, method: str, reference: str, figure: Callable[[Trace], float]
    ) -> Paired | None:
        """Return a method less a reference on the seeds that both have; None without any."""
        one, other = self.traces[method], self.traces.get(reference, {})
        seeds = [seed for seed in one if seed in other]
        if not seeds:
            return None
        return Paired.of([figure(one[s]) for s in seeds], [figure(other[s]) for s in seeds])

    def candidates_against(self, methods: Iterable[str], method: str) -> float | None:
        """Return a method's candidates over the mean of some methods' (1 for as many)."""
        means = [self.estimate(m, candidates).mean for m in methods if m in self.traces]
        base = sum(means) / len(means) if means else 0.0
        return self.estimate(method, candidates).mean / base if base > 0 else None

    def left_of_warm_up(self, method: str, figure: Callable[[Trace], float]) -> float:
        """Return a regret as a share of what the warm-up had left, both as means over seeds."""
        before = self.estimate(method, _after_warm_up).mean
        return self.estimate(method, figure).mean / before if before > 0 else 0.0


def final_regret(trace: Trace) -> float:
    """Return the regret once the budget is spent."""
    return trace.regret_at(trace.budget)


def area(trace: Trace) -> float:
    """Return the regret averaged over the money spent after the warm-up."""
    return trace.area


def regret_at_share(share: float) -> Callable[[Trace], float]:
    """Return the figure of the regret at a share of the budget."""
    return lambda trace: trace.regret_at(share * trace.budget)


def candidates(trace: Trace) -> float:
    """Return how many trials there were after the warm-up."""
    return float(trace.candidates)


def _after_warm_up(trace: Trace) -> float:
    return trace.regret_at(float(trace.spent[max(trace.warm_up - 1, 0)]))
