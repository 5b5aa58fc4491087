"""Made-up experiments that look like real ones, for everything on the report page."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration

EPOCH = 1_750_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An experiment with what became of it."""

    experiment: Experiment
    pipeline: Pipeline
    history: History

    def with_trials(self, *trials: Trial) -> Case:
        return replace(self, history=replace(self.history, trials=trials))

    def with_budget(self, **fields: object) -> Case:
        return replace(self, experiment=replace(self.experiment, budget=Budget(**fields)))

    def with_overhead(self, seconds: float) -> Case:
        """The same trials, each of whose stages took some seconds beside its compute."""
        return self.with_trials(
            *(
                replace(t, stages=tuple(replace(r, overhead_seconds=seconds) for r in t.stages))
                for t in self.history.trials
            )
        )


CHAIN = Pipeline(
    name="stacking",
    stages=(
        Stage(name="prepare", reads=("scaling", "components")),
        Stage(name="base-learners", reads=("trees", "depth", "rate"), upstream=("prepare",)),
        Stage(name="meta-learner", reads=("penalty", "intercept"), upstream=("base-learners",)),
    ),
)
DIAMOND = Pipeline(
    name="diamond",
    stages=(
        Stage(name="load", reads=("scaling",)),
        Stage(name="text", reads=("trees", "depth"), upstream=("load",)),
        Stage(name="image", reads=("components",), upstream=("load",)),
        Stage(name="fuse", reads=("rate", "penalty", "intercept"), upstream=("text", "image")),
    ),
)
SPACE = Space(
    {
        "scaling": Categorical(("none", "standard", "robust")),
        "components": Int(2, 32, log=True),
        "trees": Int(50, 500, step=50),
        "depth": Int(2, 12),
        "rate": Float(1e-4, 1.0, log=True),
        "penalty": Float(1e-4, 100.0, log=True),
        "intercept": Categorical((False, True)),
    }
)
SECONDS = {
    "prepare": 0.6,
    "base-learners": 2.4,
    "meta-learner": 0.5,
    "load": 0.4,
    "text": 1.6,
    "image": 2.2,
    "fuse": 0.5,
}


def _drawn(rng: random.Random, space: Space) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, domain in space.items():
        if isinstance(domain, Categorical):
            values[name] = rng.choice(domain.choices)
        elif domain.log:
            values[name] = domain.snap(
                math.exp(rng.uniform(math.log(domain.low), math.log(domain.high)))
            )
        else:
            values[name] = domain.snap(rng.uniform(domain.low, domain.high))
    return values


def _quality(values: dict[str, object]) -> float:
    rate = abs(math.log10(values["rate"]) + 1.3)
    penalty = abs(math.log10(values["penalty"]) - 0.4)
    scaled = 0.03 if values["scaling"] == "standard" else 0.0
    return 0.94 + scaled - 0.03 * rate - 0.008 * penalty - 0.002 * abs(values["depth"] - 7)


@dataclass(kw_only=True)
class _World:
    """Runs made-up trials on a made-up clock."""

    pipeline: Pipeline
    rng: random.Random
    scale: float
    failing: float
    cached: dict[tuple[str, str], float]

    def trial(self, number: int, values: dict[str, object], start: float) -> Trial:
        configuration = Configuration(values)
        clock, records = start, []
        for name in self.pipeline.names:
            key = (name, configuration.restricted_to(self.pipeline.determinants(name)).canonical)
            if key in self.cached:
                records.append(
                    StageRecord(
                        stage=name, outcome=StageOutcome.CACHED, saved_seconds=self.cached[key]
                    )
                )
                continue
            seconds = SECONDS[name] * self.rng.uniform(0.7, 1.5)
            failed = self.rng.random() < self.failing and not records[2:]
            outcome = StageOutcome.FAILED if failed else StageOutcome.EXECUTED
            records.append(
                StageRecord(stage=name, outcome=outcome, seconds=seconds, started_at=clock)
            )
            clock += seconds + 0.15
            if failed:
                break
            self.cached[key] = seconds
        return self._ended(
            Trial(
                number=number,
                configuration=configuration,
                stages=tuple(records),
                expected_cost=3.0 if number > 10 else None,
                started_at=start,
                finished_at=clock,
            )
        )

    def _ended(self, trial: Trial) -> Trial:
        last = trial.stages[-1]
        if last.outcome is StageOutcome.FAILED:
            log = ("Traceback (most recent call last):", "  train()", "MemoryError: out of memory")
            failure = Failure(message="the stage ended with exit code 1", stage=last.stage, log=log)
            return replace(trial, state=TrialState.FAILED, failure=failure)
        if trial.expected_cost is not None:
            forecast = trial.spent_seconds * self.rng.uniform(0.8, 1.25)
            trial = replace(trial, expected_cost=forecast)
        objective = self.scale * (_quality(trial.configuration) + self.rng.gauss(0, 0.003))
        return replace(trial, state=TrialState.SUCCEEDED, objective=objective)


def make_case(
    *,
    trials: int = 60,
    pipeline: Pipeline = CHAIN,
    failing: float = 0.02,
    scale: float = 1.0,
    parallel: int = 1,
    seed: int = 7,
    direction: Direction = Direction.MAXIMIZE,
    goal: float | None = None,
) -> Case:
    """Return an experiment whose later trials start from the prefixes of the best ones."""
    rng = random.Random(seed)
    objective = Objective(metric="meta-learner.auroc", direction=direction, goal=goal)
    world = _World(pipeline=pipeline, rng=rng, scale=scale, failing=failing, cached={})
    done: list[Trial] = []
    free_at = [EPOCH] * parallel
    for number in range(1, trials + 1):
        values = _drawn(rng, SPACE)
        scored = sorted((t for t in done if t.objective), key=lambda t: -(t.objective or 0) * scale)
        if number > 10 and scored and rng.random() < 0.75:
            kept = rng.choice(scored[:5]).configuration
            upto = rng.choice((1, 2, 2))
            names = pipeline.inputs_of(pipeline.names[:upto])
            values |= {name: kept[name] for name in names}
        lane = free_at.index(min(free_at))
        trial = world.trial(number, values, free_at[lane] + 0.2)
        free_at[lane] = trial.finished_at or 0.0
        done.append(trial)
    experiment = Experiment(
        name="stacking-auroc",
        objective=objective,
        space=SPACE,
        budget=Budget(amount=max(10.0, 2.2 * trials)),
        parallel_trials=parallel,
    )
    history = History(objective=objective, trials=tuple(done))
    return Case(experiment=experiment, pipeline=pipeline, history=history)


@pytest.fixture
def case() -> Callable[..., Case]:
    """Return what makes experiments."""
    return make_case


@pytest.fixture
def usual() -> Case:
    """Return an experiment of 60 trials on a chain, with hits and failures."""
    return make_case()


@pytest.fixture
def branching() -> Case:
    """Return an experiment on a branching pipeline, three trials at once, with a goal."""
    return make_case(pipeline=DIAMOND, parallel=3, seed=3, goal=0.96)


def make_trial(
    number: int,
    objective: float | None,
    *stages: tuple[str, StageOutcome, float],
    failure: Failure | None = None,
    **values: object,
) -> Trial:
    """Return a trial made by hand; a stage is its name, its outcome, and the seconds of it."""
    cached = StageOutcome.CACHED
    return Trial(
        number=number,
        configuration=Configuration(values),
        state=TrialState.FAILED if failure else TrialState.SUCCEEDED,
        objective=objective,
        failure=failure,
        stages=tuple(
            StageRecord(
                stage=name,
                outcome=outcome,
                seconds=0.0 if outcome is cached else seconds,
                saved_seconds=seconds if outcome is cached else 0.0,
            )
            for name, outcome, seconds in stages
        ),
    )


@pytest.fixture
def trial() -> Callable[..., Trial]:
    """Return what makes trials by hand."""
    return make_trial


@pytest.fixture
def small() -> Case:
    """Return two stages with one parameter each and no trial yet; 100 s of budget."""
    pipeline = Pipeline(
        name="two",
        stages=(
            Stage(name="prepare", reads=("x",)),
            Stage(name="train", reads=("y",), upstream=("prepare",)),
        ),
    )
    objective = Objective(metric="train.score")
    experiment = Experiment(
        name="small",
        objective=objective,
        space=Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)}),
        budget=Budget(amount=100.0),
    )
    return Case(experiment=experiment, pipeline=pipeline, history=History(objective=objective))


@pytest.fixture
def thirty(small: Case) -> Callable[..., Case]:
    """Return what makes 30 trials, given x, y, the score and the stages of each number."""

    def make(row: Callable[[int, random.Random], tuple]) -> Case:
        rng = random.Random(5)
        rows = ((number, row(number, rng)) for number in range(1, 31))
        return small.with_trials(
            *(make_trial(n, score, *stages, x=x, y=y) for n, (x, y, score, stages) in rows)
        )

    return make
