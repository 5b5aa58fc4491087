"""What the checks look at, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial
from eeipu_kfp.report import wording

FEWEST_TRIALS = 12
"""Trials with an objective below which a search cannot be judged."""
TOO_EARLY = f"Too early to tell: needs {FEWEST_TRIALS} trials with an objective."
_FEWEST_LATE = 4


class Severity(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    NOTICE = "notice"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check says.

    Attributes:
        seen: What was seen, with figures.
        severity: How much it matters.
        advice: What to do, with the fields of the experiment; empty where all is well.
    """

    seen: str
    severity: Severity = Severity.OK
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An experiment's record, as the checks ask about it.

    Attributes:
        experiment: What was asked for.
        pipeline: The stages.
        history: All trials.
        scored: The trials with an objective whose values belong to the space as it is now.
    """

    experiment: Experiment
    pipeline: Pipeline
    history: History
    scored: tuple[Trial, ...] = field(init=False)

    def __post_init__(self) -> None:
        space = self.experiment.space
        scored = tuple(
            t
            for t in self.history.trials
            if t.objective is not None and space.contains(t.configuration)
        )
        object.__setattr__(self, "scored", scored)

    @property
    def late(self) -> tuple[Trial, ...]:
        """The last third of the trials with an objective."""
        return self.scored[-max(_FEWEST_LATE, len(self.scored) // 3) :]

    @property
    def trials_since_best(self) -> int:
        """How many trials with an objective came after the best one."""
        best = self.history.best
        return sum(trial.number > best.number for trial in self.scored) if best else 0

    @property
    def since_best(self) -> str:
        """The same in words."""
        since = self.trials_since_best
        return f"{wording.count(since, 'trial')} ago" if since else "the last one"

    @property
    def whole_cost(self) -> float:
        """The median cost of a trial without reuse; 0 before the first success."""
        budget = self.experiment.budget
        costs = [budget.spent_on(t) + budget.saved_on(t) for t in self.scored]
        return median(costs) if costs else 0.0

    def tuned(self, *stages: str) -> tuple[str, ...]:
        """Return the tuned parameters that any of these stages reads."""
        return tuple(p for p in self.pipeline.inputs_of(stages) if p in self.experiment.space)

    def executed(self) -> tuple[tuple[Trial, StageRecord], ...]:
        """Return every stage that ran to its end, with its trial."""
        return tuple(
            (trial, record)
            for trial in self.history.trials
            for record in trial.stages
            if record.outcome is StageOutcome.EXECUTED and record.stage in self.pipeline.names
        )
