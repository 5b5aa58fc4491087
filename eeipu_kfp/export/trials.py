"""Trials as plain data, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration

_RECORD = tuple(field.name for field in fields(StageRecord))


def trial_document(trial: Trial, budget: Budget) -> dict[str, Any]:
    """Return a trial as plain data, what can be added up from its stages included.

    Args:
        trial: The trial.
        budget: Says what it is charged with.
    """
    return {
        "number": trial.number,
        "state": trial.state.value,
        "objective": trial.objective,
        "configuration": dict(trial.configuration),
        "spent_seconds": trial.spent_seconds,
        "saved_seconds": trial.saved_seconds,
        "overhead_seconds": trial.overhead_seconds,
        "cost": budget.spent_on(trial),
        "expected_cost": trial.expected_cost,
        "is_warm_up": trial.is_warm_up,
        "runs": trial.runs,
        "started_at": trial.started_at,
        "finished_at": trial.finished_at,
        "failure": asdict(trial.failure) if trial.failure else None,
        "stages": [
            {**asdict(record), "outcome": record.outcome.value, "cost": budget.cost_of(record)}
            for record in trial.stages
        ],
    }


def read_trial(document: Mapping[str, Any]) -> Trial:
    """Return the trial that `trial_document` was given; KeyError, TypeError or ValueError if none.

    What was added up is added up again.
    """
    failure = document["failure"]
    return Trial(
        number=document["number"],
        configuration=Configuration(document["configuration"]),
        state=TrialState(document["state"]),
        stages=tuple(_record(each) for each in document["stages"]),
        objective=document["objective"],
        failure=failure and Failure(**{**failure, "log": tuple(failure["log"])}),
        runs=document["runs"],
        expected_cost=document["expected_cost"],
        is_warm_up=document["is_warm_up"],
        started_at=document["started_at"],
        finished_at=document["finished_at"],
    )


def _record(document: Mapping[str, Any]) -> StageRecord:
    own = {name: document[name] for name in _RECORD}
    return StageRecord(**{**own, "outcome": StageOutcome(document["outcome"])})
