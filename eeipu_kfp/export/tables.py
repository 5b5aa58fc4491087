"""Two tidy tables of an experiment: a row a trial, and a row a stage of a trial."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from eeipu_kfp.core.trial import StageOutcome, Trial
from eeipu_kfp.core.values import canonical_json
from eeipu_kfp.export.contents import Contents

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = Mapping[str, object]

PARAMETER = "parameter."
"""Begins the columns of parameters, so that none is taken for another column."""

_TRIAL_COLUMNS = (
    "trial",
    "state",
    "objective",
    "best",
    "warm_up",
    "spent_seconds",
    "saved_seconds",
    "overhead_seconds",
    "cost",
    "expected_cost",
    "executed_stages",
    "cached_stages",
    "runs",
    "started_at",
    "finished_at",
    "failure",
)
_STAGE_COLUMNS = (
    "trial",
    "position",
    "stage",
    "outcome",
    "seconds",
    "saved_seconds",
    "overhead_seconds",
    "cost",
    "started_at",
)


def trials_csv(contents: Contents) -> str:
    """Return a line a trial, after a header: its figures, then a column for every parameter.

    Moments are in UTC. What is not known is empty.
    """
    parameters = [f"{PARAMETER}{name}" for name in contents.experiment.space]
    return _csv((*_TRIAL_COLUMNS, *parameters), _trial_rows(contents))


def stage_runs_csv(contents: Contents) -> str:
    """Return a line for every stage of every trial that has ended, after a header."""
    return _csv(_STAGE_COLUMNS, _stage_rows(contents))


def _trial_rows(contents: Contents) -> Iterator[Row]:
    best, budget = contents.best, contents.experiment.budget
    for trial in contents.trials:
        yield {
            "trial": trial.number,
            "state": trial.state.value,
            "objective": trial.objective,
            "best": trial is best,
            "warm_up": trial.is_warm_up,
            "spent_seconds": trial.spent_seconds,
            "saved_seconds": trial.saved_seconds,
            "overhead_seconds": trial.overhead_seconds,
            "cost": budget.spent_on(trial),
            "expected_cost": trial.expected_cost,
            "executed_stages": _count(trial, StageOutcome.EXECUTED),
            "cached_stages": _count(trial, StageOutcome.CACHED),
            "runs": trial.runs,
            "started_at": _moment(trial.started_at),
            "finished_at": _moment(trial.finished_at),
            "failure": trial.failure and trial.failure.sentence,
            **{f"{PARAMETER}{name}": value for name, value in trial.configuration.items()},
        }


def _stage_rows(contents: Contents) -> Iterator[Row]:
    budget = contents.experiment.budget
    positions = {name: position for position, name in enumerate(contents.stages, start=1)}
    for trial in contents.trials:
        for record in sorted(trial.stages, key=lambda found: positions[found.stage]):
            yield {
                "trial": trial.number,
                "position": positions[record.stage],
                "stage": record.stage,
                "outcome": record.outcome.value,
                "seconds": record.seconds,
                "saved_seconds": record.saved_seconds,
                "overhead_seconds": record.overhead_seconds,
                "cost": budget.cost_of(record),
                "started_at": _moment(record.started_at),
            }


def _count(trial: Trial, outcome: StageOutcome) -> int:
    return sum(record.outcome is outcome for record in trial.stages)


def _csv(columns: Sequence[str], rows: Iterator[Row]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return written.getvalue()


def _cell(value: object) -> Cell:
    """Return what stands in a cell: text and numbers as they are, anything else as JSON."""
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return value
    return canonical_json(value)


def _moment(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
