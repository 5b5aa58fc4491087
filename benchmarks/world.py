"""One method on one problem from one seed, by the product's own loop in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any

from benchmarks.caches import ForgetfulStore, LeastRecentFirst, SlowCache, ToldClock
from benchmarks.designers import Timed, WarmUpFirst
from benchmarks.methods import CacheUse, Method
from benchmarks.problems.problem import Problem
from eeipu_kfp.cache.keys import StageKey
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.experiment import Algorithm, CachePolicy, Experiment
from eeipu_kfp.core.trial import StageOutcome, Trial
from eeipu_kfp.runners.simulated import SimulatedRunner
from eeipu_kfp.tuning.driver import Surroundings
from eeipu_kfp.tuning.ledger import ObjectLedger
from eeipu_kfp.tuning.loop import Outcome, TuningLoop

_FAILED_TRIALS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is noted of one trial.

    Attributes:
        problem: The problem's name.
        method: The method's name in full.
        seed: Chooses the warm-up and everything random.
        trial: Its number, from 1.
        is_warm_up: Whether it was given to all methods.
        spent: Seconds charged so far, this trial included.
        cost: Seconds charged for this trial.
        objective: What the search was told; None where the trial failed.
        best: The noise-free value of the trial that looked best so far; None before the first.
        hits: Stages that came from the cache.
        stages_run: Stages that ran.
        proposal_seconds: Wall seconds that the suggestion took.
        saved: Compute seconds that its hits avoided; None where not noted.
        repeats: Stages that it ran although they had run before; None where not noted.
        ended: When it ended, in virtual seconds; None where not noted.
        stop: Why there were no more trials, in the last row; empty in the others.
        stages: By stage, the compute seconds that it took, and those that a hit avoided; empty
            where not noted.
    """

    problem: str
    method: str
    seed: int
    trial: int
    is_warm_up: bool
    spent: float
    cost: float
    objective: float | None
    best: float | None
    hits: int
    stages_run: int
    proposal_seconds: float
    saved: float | None = None
    repeats: int | None = None
    ended: float | None = None
    stop: str = ""
    stages: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return asdict(self)


def run(problem: Problem, method: Method, seed: int) -> tuple[Row, ...]:
    """Return all trials of a search, the last of which may overrun the budget."""
    percent = method.setting.limit_percent
    limit_bytes = None
    if percent is not None:
        unlimited = replace(method, setting=method.setting.unlimited)
        limit_bytes = int(percent / 100 * held_bytes(problem, unlimited, seed))
    return _Search(problem, method, seed, limit_bytes).rows()


@cache
def held_bytes(problem: Problem, method: Method, seed: int) -> int:
    """Return what the cache holds at the end of a search."""
    search = _Search(problem, method, seed)
    search.rows()
    return search.cache.held_bytes


class _Search:
    """A tuning loop in virtual time, with all that it needs."""

    def __init__(
        self, problem: Problem, method: Method, seed: int, limit_bytes: int | None = None
    ) -> None:
        self._of = (problem, method, seed)
        setting, clock = method.setting, ToldClock()
        store = ForgetfulStore() if method.cache is CacheUse.NONE else MemoryStore()
        usual = problem.hit_seconds
        hit_seconds = usual if setting.hit_seconds is None else setting.hit_seconds
        make_cache = LeastRecentFirst if setting.least_recent_first else SlowCache
        self.cache = make_cache(store, clock, hit_seconds)
        self._timed = Timed(designer=WarmUpFirst(warm_up=problem.warm_up(seed), then=method.make()))
        self._with = Surroundings(
            experiment=experiment(problem, method, seed, limit_bytes),
            pipeline=problem.pipeline,
            runner=SimulatedRunner(problem.pipeline, clock),
            cache=self.cache,
            ledger=ObjectLedger(MemoryStore()),
            clock=clock,
            scratch=None,
            observe=lambda _: None,
        )

    def rows(self) -> tuple[Row, ...]:
        """Run it, and return its trials."""
        outcome = TuningLoop(self._with, self._timed).run()
        return rows(*self._of, outcome, self._timed.seconds, keys=self._with.keys)


def experiment(
    problem: Problem, method: Method, seed: int, limit_bytes: int | None = None
) -> Experiment:
    """Return the campaign: the budget counts the time that hits take, and failures end nothing."""
    return Experiment(
        name="benchmark",
        objective=problem.objective,
        space=problem.space,
        budget=Budget(amount=problem.budget, counts=Counted.COMPUTE_AND_OVERHEAD),
        max_failed_trials=_FAILED_TRIALS,
        parallel_trials=method.setting.workers,
        algorithm=Algorithm(name=method.designer, seed=seed),
        cache=CachePolicy(size_limit_bytes=limit_bytes),
    )


def rows(
    problem: Problem,
    method: Method,
    seed: int,
    outcome: Outcome,
    proposal_seconds: dict[int, float],
    *,
    keys: Callable[[Trial], Mapping[str, StageKey]],
) -> tuple[Row, ...]:
    """Return what is to be noted of the trials of a search, in the order they ended."""
    found: list[Row] = []
    spent, leader, best = 0.0, float("-inf"), None
    trials = sorted(outcome.history.trials, key=lambda t: (t.finished_at or 0.0, t.number))
    ran: set[str] = set()
    for trial in trials:
        digests = _executed(trial, keys(trial))
        cost = sum(record.seconds + record.overhead_seconds for record in trial.stages)
        spent += cost
        if trial.objective is not None and trial.objective > leader:
            leader, best = trial.objective, problem.value(trial.configuration)
        found.append(
            Row(
                problem=problem.name,
                method=method.name,
                seed=seed,
                trial=trial.number,
                is_warm_up=trial.is_warm_up,
                spent=spent,
                cost=cost,
                objective=trial.objective,
                best=best,
                hits=_count(trial, StageOutcome.CACHED),
                stages_run=_count(trial, StageOutcome.EXECUTED),
                proposal_seconds=round(proposal_seconds[trial.number - 1], 5),
                saved=trial.saved_seconds,
                repeats=len(digests & ran),
                ended=trial.finished_at,
                stop=outcome.stop.reason if trial is trials[-1] else "",
                stages={r.stage: (r.seconds, r.saved_seconds) for r in trial.stages},
            )
        )
        ran |= digests
    return tuple(found)


def _executed(trial: Trial, keys: Mapping[str, StageKey]) -> set[str]:
    executed = (r.stage for r in trial.stages if r.outcome is StageOutcome.EXECUTED)
    return {keys[stage].digest for stage in executed}


def _count(trial: Trial, outcome: StageOutcome) -> int:
    return sum(record.outcome is outcome for record in trial.stages)
