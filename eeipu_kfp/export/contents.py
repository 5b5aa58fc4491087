"""What is exported of an experiment, wherever it was tuned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.suggestion import Stop
from eeipu_kfp.core.trial import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """An experiment with all its trials.

    Attributes:
        experiment: What was asked for.
        pipeline: The pipeline's name.
        stages: Its stages, in order.
        owners: By tuned parameter, the first stage that reads it; None where none does.
        trials: Every trial, by number.
        stop: Why there are no more; None while there may be.
    """

    experiment: Experiment
    pipeline: str
    stages: tuple[str, ...]
    owners: Mapping[str, str | None]
    trials: tuple[Trial, ...] = ()
    stop: Stop | None = None

    @classmethod
    def of(
        cls, experiment: Experiment, pipeline: Pipeline, history: History, stop: Stop | None
    ) -> Contents:
        """Gather what is exported."""
        return cls(
            experiment=experiment,
            pipeline=pipeline.name,
            stages=pipeline.names,
            owners={name: pipeline.owner(name) for name in experiment.space},
            trials=history.trials,
            stop=stop,
        )

    @property
    def best(self) -> Trial | None:
        """The trial with the best objective; None before the first."""
        return History(objective=self.experiment.objective, trials=self.trials).best
