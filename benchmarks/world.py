"""One method on one problem from one seed, by the product's own loop in virtual time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.designers import Timed, WarmUpFirst
from benchmarks.methods import CacheUse, Method
from benchmarks.problems.problem import Problem
from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.experiment import Algorithm, Experiment
from eeipu_kfp.core.ports import ObjectInfo
from eeipu_kfp.core.trial import StageOutcome, Trial
from eeipu_kfp.runners.simulated import SimulatedRunner, VirtualClock
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
    stop: str = ""
    stages: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return asdict(self)


class ToldClock(VirtualClock):
    """Virtual time that passes where one says so, too."""

    def pass_time(self, seconds: float) -> None:
        """Let some seconds pass."""
        self._now += seconds


class ForgetfulStore(MemoryStore):
    """Takes everything and keeps nothing, so that nothing is ever found again."""

    def put(self, name: str, data: bytes) -> ObjectInfo:
        """Return what would be known of the object."""
        info = super().put(name, data)
        self.delete(name)
        return info


class SlowCache(Cache):
    """Takes a while to answer, which is what the budget is charged for a stage not run."""

    def __init__(self, store: MemoryStore, clock: ToldClock, hit_seconds: float) -> None:
        super().__init__(store, clock)
        self._told, self._hit_seconds = clock, hit_seconds

    def lookup(self, key: str) -> CacheEntry | None:
        """Return what the cache holds, a moment later."""
        self._told.pass_time(self._hit_seconds)
        return super().lookup(key)


def run(problem: Problem, method: Method, seed: int) -> tuple[Row, ...]:
    """Return all trials of a search, the last of which may overrun the budget."""
    clock, ledger = ToldClock(), ObjectLedger(MemoryStore())
    store = ForgetfulStore() if method.cache is CacheUse.NONE else MemoryStore()
    timed = Timed(designer=WarmUpFirst(warm_up=problem.warm_up(seed), then=method.make()))
    surroundings = Surroundings(
        experiment=experiment(problem, method, seed),
        pipeline=problem.pipeline,
        runner=SimulatedRunner(problem.pipeline, clock),
        cache=SlowCache(store, clock, problem.hit_seconds),
        ledger=ledger,
        clock=clock,
        scratch=None,
        observe=lambda _: None,
    )
    outcome = TuningLoop(surroundings, timed).run()
    return rows(problem, method, seed, outcome, timed.seconds)


def experiment(problem: Problem, method: Method, seed: int) -> Experiment:
    """Return the campaign: the budget counts the time that hits take, and failures end nothing."""
    return Experiment(
        name="benchmark",
        objective=problem.objective,
        space=problem.space,
        budget=Budget(amount=problem.budget, counts=Counted.COMPUTE_AND_OVERHEAD),
        max_failed_trials=_FAILED_TRIALS,
        algorithm=Algorithm(name=method.designer, seed=seed),
    )


def rows(
    problem: Problem,
    method: Method,
    seed: int,
    outcome: Outcome,
    proposal_seconds: dict[int, float],
) -> tuple[Row, ...]:
    """Return what is to be noted of the trials of a search, in the order they were suggested."""
    found: list[Row] = []
    spent, leader, best = 0.0, float("-inf"), None
    trials = outcome.history.trials
    for trial in trials:
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
                stop=outcome.stop.reason if trial is trials[-1] else "",
                stages={r.stage: (r.seconds, r.saved_seconds) for r in trial.stages},
            )
        )
    return tuple(found)


def _count(trial: Trial, outcome: StageOutcome) -> int:
    return sum(record.outcome is outcome for record in trial.stages)
