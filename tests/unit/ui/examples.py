"""A small experiment as the page sees it, and a place that keeps some."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.ui.snapshot import RUNNING, Snapshot, UnknownExperimentError

PIPELINE = Pipeline(
    name="two",
    stages=(
        Stage(name="prepare", reads=("rows", "mode")),
        Stage(name="train", reads=("rate",), upstream=("prepare",)),
    ),
)
OBJECTIVE = Objective(metric="train.score")
EXPERIMENT = Experiment(
    name="small",
    objective=OBJECTIVE,
    space=Space(
        {"rows": Int(1, 100), "mode": Categorical(("fast", "slow")), "rate": Float(0.0, 1.0)}
    ),
    budget=Budget(amount=100.0),
)


def ran(stage, seconds):
    return StageRecord(stage=stage, outcome=StageOutcome.EXECUTED, seconds=seconds)


def hit(stage, seconds):
    return StageRecord(stage=stage, outcome=StageOutcome.CACHED, saved_seconds=seconds)


def broke(stage, seconds):
    return StageRecord(stage=stage, outcome=StageOutcome.FAILED, seconds=seconds)


def trial(number, objective, *stages, failure=None, state=None, rows=10, mode="fast", rate=0.5):
    usual = TrialState.FAILED if failure else TrialState.SUCCEEDED
    return Trial(
        number=number,
        configuration=Configuration({"rows": rows, "mode": mode, "rate": rate}),
        state=state or usual,
        objective=objective,
        failure=failure,
        stages=stages,
    )


FIRST = trial(1, 0.5, ran("prepare", 10.0), ran("train", 5.0), rows=9, rate=0.25)
SECOND = trial(2, 0.7, hit("prepare", 10.0), ran("train", 6.0), rows=10, rate=0.75)
THIRD = trial(
    3,
    None,
    ran("prepare", 12.0),
    broke("train", 2.0),
    failure=Failure(message="no memory left", stage="train", log=("one", "killed")),
    rows=100,
    mode="slow",
)
FOURTH = trial(4, None, hit("prepare", 12.0), state=TrialState.RUNNING, rows=100, mode="slow")


def snapshot(*trials, key="small", direction=Direction.MAXIMIZE, **fields):
    """The small experiment with these trials, or with four usual ones."""
    objective = replace(OBJECTIVE, direction=direction)
    return Snapshot(
        key=key,
        experiment=replace(EXPERIMENT, name=key.rpartition(":")[2], objective=objective),
        pipeline=PIPELINE,
        history=History(objective=objective, trials=trials or (FIRST, SECOND, THIRD, FOURTH)),
        **{"standing": RUNNING, **fields},
    )


@dataclass
class Shelf:
    """Fulfils `Snapshots`; an experiment may be an error. Counts what is read."""

    held: dict[str, Snapshot | Exception]
    place: str = "a shelf"
    beginning: str = "put one there"
    read: list[str] = field(default_factory=list)

    def keys(self):
        return tuple(self.held)

    def version(self, key):
        return self._found(key)

    def snapshot(self, key):
        self.read.append(key)
        found = self._found(key)
        if isinstance(found, Exception):
            raise found
        return found

    def _found(self, key):
        if key not in self.held:
            message = f"there is no `{key}`"
            raise UnknownExperimentError(message, hint="look elsewhere")
        return self.held[key]
