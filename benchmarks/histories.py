"""Made-up histories of searches, to see how long a proposal takes after them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration

_REUSE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSearch:
    """The trials of a search on a chain of stages, all of them in the cache but for the last stage.

    Attributes:
        pipeline: The chain.
        space: Its parameters, all in [0, 1].
        trials: The trials.
    """

    pipeline: Pipeline
    space: Space
    trials: tuple[Trial, ...]

    @classmethod
    def made_up(cls, dimensions: tuple[int, ...], count: int) -> PastSearch:
        """Return one that reuses prefixes of the best trial so far as often as a search does.

        Args:
            dimensions: How many parameters each stage reads.
            count: The number of trials.
        """
        rng = np.random.default_rng(0)
        reads = [tuple(f"x{k}{i}" for i in range(d)) for k, d in enumerate(dimensions)]
        names = [f"stage{k}" for k in range(len(dimensions))]
        stages = tuple(
            Stage(name=name, reads=reads[k], upstream=tuple(names[:k][-1:]))
            for k, name in enumerate(names)
        )
        space = Space({name: Float(0.0, 1.0) for group in reads for name in group})
        trials: list[Trial] = []
        for number in range(1, count + 1):
            values = dict(zip(space, rng.random(len(space)).tolist(), strict=True))
            kept = int(rng.integers(1, len(names))) if number > 1 and rng.random() < _REUSE else 0
            best = max(trials, key=lambda trial: trial.objective or 0.0) if kept else None
            for name in (n for group in reads[:kept] for n in group):
                values[name] = best.configuration[name] if best else values[name]
            trials.append(_trial(number, Configuration(values), reads, kept))
        pipeline = Pipeline(name="benchmark", stages=stages)
        return cls(pipeline=pipeline, space=space, trials=tuple(trials))

    def request(self, count: int) -> SuggestionRequest:
        """Return what a designer was asked after some of the trials."""
        trials = self.trials[:count]
        kept = [(s, t.configuration) for t in trials for s in self.pipeline.names[:-1]]
        return SuggestionRequest(
            pipeline=self.pipeline,
            space=self.space,
            objective=Objective(metric="last.score"),
            trials=trials,
            cached=CachedStages(self.pipeline, tuple(self.space), kept),
            budget=Budget(amount=1e6),
            remaining=5e5,
        )


def _trial(
    number: int, configuration: Configuration, reads: list[tuple[str, ...]], kept: int
) -> Trial:
    x = np.array(list(configuration.values()), dtype=float)
    records = []
    for k, group in enumerate(reads):
        own = np.array([configuration[name] for name in group], dtype=float)
        outcome = StageOutcome.CACHED if k < kept else StageOutcome.EXECUTED
        seconds = 0.0 if k < kept else float(5.0 * np.exp(np.sin(3.0 * own).sum()))
        records.append(StageRecord(stage=f"stage{k}", outcome=outcome, seconds=seconds))
    return Trial(
        number=number,
        configuration=configuration,
        state=TrialState.SUCCEEDED,
        stages=tuple(records),
        objective=float(np.sin(5.0 * x).sum() - ((x - 0.4) ** 2).sum()),
    )
