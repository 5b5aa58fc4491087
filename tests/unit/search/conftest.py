import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.search.designers import DESIGNERS, make_designer

__all__ = ["DESIGNERS", "make_designer"]


def chain(**reads):
    """A pipeline in which every stage follows the one before."""
    names = list(reads)
    stages = [
        Stage(name=name, reads=tuple(reads[name]), upstream=tuple(names[i - 1 : i]))
        for i, name in enumerate(names)
    ]
    return Pipeline(name="chain", stages=tuple(stages))


@dataclass(frozen=True, kw_only=True)
class World:
    """A pipeline with known objective and stage costs, and a cache that keeps everything."""

    pipeline: Pipeline
    space: Space
    score: Callable[[Mapping], float] = lambda c: 0.0
    cost: Callable[[str, Mapping], float] = lambda stage, c: 1.0
    overhead: float = 0.0
    budget: float = 100.0
    counts: Counted = Counted.COMPUTE
    objective: Objective = field(default_factory=lambda: Objective(metric="s.m"))

    def request(self, trials=(), *, forget=(), **changes):
        cached = [
            (record.stage, trial.configuration)
            for trial in trials
            for record in trial.stages
            if record.outcome is StageOutcome.EXECUTED and record.stage not in forget
        ]
        budget = Budget(amount=self.budget, counts=self.counts)
        request = SuggestionRequest(
            pipeline=self.pipeline,
            space=self.space,
            objective=self.objective,
            trials=tuple(trials),
            cached=CachedStages(self.pipeline, tuple(self.space), cached),
            budget=budget,
            remaining=self.budget - budget.spent(trials),
        )
        return replace(request, **changes)

    def run(self, trials, configuration, *, to_run=None, state=TrialState.SUCCEEDED):
        """The next trial, once it has ended."""
        running = self.request(trials).cached.to_run(configuration) if to_run is None else to_run
        records = []
        for stage in self.pipeline.names:
            if stage in running:
                record = StageRecord(
                    stage=stage,
                    outcome=StageOutcome.EXECUTED,
                    seconds=self.cost(stage, configuration),
                    overhead_seconds=self.overhead,
                )
                records.append(record)
            else:
                records.append(StageRecord(stage=stage, outcome=StageOutcome.CACHED))
        succeeded = state is TrialState.SUCCEEDED
        return Trial(
            number=len(trials) + 1,
            configuration=configuration,
            state=state,
            stages=tuple(records) if state.is_terminal else (),
            objective=self.score(configuration) if succeeded else None,
        )

    def play(self, designer, *, seed=0, trials=(), limit=1000):
        """All trials until the designer stops, and its last answer."""
        trials, answer = list(trials), None
        suggest = make_designer(designer).suggest
        while len(trials) < limit:
            answer = suggest(self.request(trials, seed=seed))
            if isinstance(answer, Stop):
                break
            assert isinstance(answer, Suggestion)
            trials.append(self.run(trials, answer.configuration))
        return trials, answer

    def sample(self, count, *, seed=0):
        """Some trials of random configurations."""
        return self.play("random", seed=seed, limit=count)[0]


def wavy_world(budget=150.0):
    """Three stages, six parameters; late stages are cheap, the first costs most."""
    space = Space({name: Float(-2.0, 2.0) for name in ("a1", "a2", "b1", "b2", "c1", "c2")})
    base = {"prepare": 3.0, "base": 2.0, "meta": 0.5}
    reads = {"prepare": ("a1", "a2"), "base": ("b1", "b2"), "meta": ("c1", "c2")}

    def score(c):
        hills = sum(-((c[n] - 0.6) ** 2) + 0.3 * math.sin(4 * c[n]) for n in space)
        return hills - c["a1"] * c["b1"] * 0.2

    def cost(stage, c):
        return base[stage] * math.exp(0.5 * math.sin(c[reads[stage][0]]) + 0.2 * c[reads[stage][1]])

    return World(pipeline=chain(**reads), space=space, score=score, cost=cost, budget=budget)


def discrete_world():
    """Two stages over 2 x 3 x 2 = 12 configurations."""
    space = Space(
        {"kind": Categorical(("x", "y")), "size": Int(1, 3), "flag": Categorical((False, True))}
    )
    return World(
        pipeline=chain(first=("kind",), second=("size", "flag")),
        space=space,
        score=lambda c: c["size"] - 2.0 * (c["kind"] == "x") + c["flag"],
        budget=1000.0,
    )


def branching_world():
    """A diamond: `source` feeds `left` and `right`, which meet in `join`."""
    stages = (
        Stage(name="source", reads=("s",)),
        Stage(name="left", reads=("l",), upstream=("source",)),
        Stage(name="right", reads=("r",), upstream=("source",)),
        Stage(name="join", reads=("j",), upstream=("left", "right")),
    )
    seconds = {"source": 1.0, "left": 5.0, "right": 5.0, "join": 0.5}
    return World(
        pipeline=Pipeline(name="diamond", stages=stages),
        space=Space({name: Float(0.1, 0.9) for name in "slrj"}),
        score=lambda c: -sum((c[n] - 0.37) ** 2 for n in "slrj"),
        cost=lambda stage, c: seconds[stage],
        budget=300.0,
    )


@pytest.fixture
def wavy():
    return wavy_world()


@pytest.fixture
def discrete():
    return discrete_world()


@pytest.fixture
def branching():
    return branching_world()


@pytest.fixture
def make_world():
    def make(space, *reads, **changes):
        pipeline = chain(**{f"stage{i}": names for i, names in enumerate(reads)})
        return World(pipeline=pipeline, space=Space(space), **changes)

    return make


@pytest.fixture
def configuration():
    return Configuration


@pytest.fixture
def rng():
    return np.random.default_rng(0)
