"""The table of trials: what stands in its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eeipu_kfp.core.history import History
from eeipu_kfp.core.trial import Failure, StageOutcome, Trial
from eeipu_kfp.report import wording

MOST_ROWS = 1000
"""Trials shown; the latest ones."""
_MOST_LOGS = 50
_MOST_LINES = 20
_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A trial as the table shows it; numbers to sort by beside the texts.

    Attributes:
        number: The trial's number.
        state: Its state.
        objective: Its objective; empty without one.
        score: The objective to sort by, larger is better; empty without one.
        spent: Compute time.
        spent_seconds: The same to sort by.
        saved: Compute time that the cache avoided.
        saved_seconds: The same to sort by.
        executed: Stages that ran, to their end or not.
        cached: Stages whose output came from the cache.
        configuration: The values, such as `depth=3`.
        best: Whether it is the best trial.
        failure: Why it failed, its log cut to what fits; None unless it did.
    """

    number: int
    state: str
    objective: str
    score: str
    spent: str
    spent_seconds: float
    saved: str
    saved_seconds: float
    executed: int
    cached: int
    configuration: tuple[str, ...]
    best: bool
    failure: Failure | None


def rows(history: History) -> tuple[Row, ...]:
    """Return the latest trials, the last one first."""
    shown = history.trials[-MOST_ROWS:]
    with_log = {t.number for t in [t for t in shown if t.failure][-_MOST_LOGS:]}
    best = history.best
    return tuple(
        _row(trial, history, is_best=trial is best, with_log=trial.number in with_log)
        for trial in reversed(shown)
    )


def _row(trial: Trial, history: History, *, is_best: bool, with_log: bool) -> Row:
    objective = trial.objective
    outcomes = [record.outcome for record in trial.stages]
    return Row(
        number=trial.number,
        state=trial.state.value,
        objective="" if objective is None else wording.number(objective),
        score="" if objective is None else repr(history.objective.score(objective)),
        spent=wording.duration(trial.spent_seconds),
        spent_seconds=round(trial.spent_seconds, 3),
        saved=wording.duration(trial.saved_seconds) if trial.saved_seconds else "",
        saved_seconds=round(trial.saved_seconds, 3),
        executed=outcomes.count(StageOutcome.EXECUTED) + outcomes.count(StageOutcome.FAILED),
        cached=outcomes.count(StageOutcome.CACHED),
        configuration=wording.assignments(trial.configuration),
        best=is_best,
        failure=_cut(trial.failure, with_log=with_log) if trial.failure else None,
    )


def _cut(failure: Failure, *, with_log: bool) -> Failure:
    lines: Sequence[str] = failure.log[-_MOST_LINES:] if with_log else ()
    return Failure(
        message=wording.shorten(failure.message, _LONGEST_LINE),
        stage=failure.stage,
        log=tuple(wording.shorten(line, _LONGEST_LINE) for line in lines),
    )
