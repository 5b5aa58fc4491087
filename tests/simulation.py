"""A tuning loop in virtual time, for tests of what crosses its parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.ports import Designer, Ledger, Runner, TunedPipeline
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.runners.simulated import SimulatedRunner, VirtualClock, three_stage_problem
from eeipu_kfp.search.designers import make_designer
from eeipu_kfp.tuning.driver import Surroundings
from eeipu_kfp.tuning.events import Event
from eeipu_kfp.tuning.ledger import ObjectLedger
from eeipu_kfp.tuning.loop import TuningLoop


@dataclass
class World:
    """Everything that outlives a process: clock, stores and the runner behind its service."""

    experiment: Experiment
    pipeline: TunedPipeline = field(default_factory=lambda: three_stage_problem().pipeline)
    clock: VirtualClock = field(default_factory=VirtualClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    ledger_store: MemoryStore = field(default_factory=MemoryStore)
    runner: Runner | None = None
    ledger: Ledger | None = None
    events: list[Event] = field(default_factory=list)

    def __post_init__(self):
        self.runner = self.runner or SimulatedRunner(self.pipeline, self.clock)
        self.ledger = self.ledger or ObjectLedger(self.ledger_store)

    @property
    def cache(self) -> Cache:
        return Cache(self.store, self.clock)

    def loop(self, designer: Designer | None = None) -> TuningLoop:
        """Return what a new process would start with."""
        surroundings = Surroundings(
            experiment=self.experiment,
            pipeline=self.pipeline,
            runner=self.runner,
            cache=self.cache,
            ledger=self.ledger,
            clock=self.clock,
            scratch=Path("unused"),
            observe=self.events.append,
        )
        return TuningLoop(surroundings, designer or make_designer(self.experiment.algorithm.name))


def three_stage_experiment(**changes) -> Experiment:
    """Return an experiment on the simulated chain of three stages."""
    problem = three_stage_problem()
    settings = {"name": "e", "budget": Budget(amount=2000.0), **changes}
    return Experiment(objective=problem.objective, space=problem.space, **settings)


def three_trials() -> History:
    """Three trials of the simulated pipeline, of which the last one failed."""

    def record(stage, outcome, **fields):
        return StageRecord(stage=stage, outcome=outcome, **fields)

    def point(rate):
        return Configuration({"rows": 20, "rate": rate, "threshold": 0.5})

    first = Trial(
        number=1,
        configuration=point(0.1),
        state=TrialState.SUCCEEDED,
        objective=0.5,
        stages=(
            record("prepare", StageOutcome.EXECUTED, seconds=10.0),
            record("train", StageOutcome.EXECUTED, seconds=5.0),
            record("evaluate", StageOutcome.EXECUTED, seconds=1.0),
        ),
    )
    second = Trial(
        number=2,
        configuration=point(0.2),
        state=TrialState.SUCCEEDED,
        objective=0.7,
        stages=(
            record("prepare", StageOutcome.CACHED, saved_seconds=10.0),
            record("train", StageOutcome.EXECUTED, seconds=5.0),
            record("evaluate", StageOutcome.EXECUTED, seconds=1.0),
        ),
    )
    third = Trial(
        number=3,
        configuration=point(0.3),
        state=TrialState.FAILED,
        stages=(record("prepare", StageOutcome.CACHED, saved_seconds=10.0),),
        failure=Failure(message="boom", stage="train"),
    )
    objective = three_stage_experiment().objective
    return History(objective=objective, trials=(first, second, third))
