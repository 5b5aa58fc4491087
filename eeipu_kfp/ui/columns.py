"""The columns of the table of trials: what stands in them, and what they are sorted by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.space import Categorical, Domain
from eeipu_kfp.core.trial import StageOutcome, Trial
from eeipu_kfp.core.values import Value
from eeipu_kfp.report import wording
from eeipu_kfp.ui.snapshot import Snapshot

Measure: TypeAlias = float | str | None
"""What a cell is sorted and filtered by; None where it is empty."""

_RAN = (StageOutcome.EXECUTED, StageOutcome.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table.

    Attributes:
        key: Tells it apart: its name, and what it is about where a name may stand twice.
        name: What stands above it, and what filters call it.
        group: `trial`, `parameter` or `stage`.
        is_number: Whether its cells are numbers.
        measure: Returns what a trial is sorted and filtered by.
        words: Returns further words that a filter finds a trial's cell by.
        cell: Returns what a trial's cell shows: a text, or outcome and text of a stage.
        about: What there is to say of it; empty for nothing.
    """

    key: str
    name: str
    group: str
    is_number: bool
    measure: Callable[[Trial], Measure]
    words: Callable[[Trial], tuple[str, ...]]
    cell: Callable[[Trial], Any]
    about: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The column as plain data."""
        return {
            "key": self.key,
            "name": self.name,
            "group": self.group,
            "number": self.is_number,
            "about": self.about,
        }


def columns_of(snapshot: Snapshot) -> tuple[Column, ...]:
    """Return the columns of an experiment: what became of a trial, its values, its stages."""
    pipeline, space = snapshot.pipeline, snapshot.experiment.space
    return (
        *_about_trials(snapshot.experiment.budget),
        *(_of_parameter(name, domain, pipeline.owner(name)) for name, domain in space.items()),
        *(_of_stage(name) for name in pipeline.names),
    )


def _about_trials(budget: Budget) -> tuple[Column, ...]:
    return (
        _plain("trial", lambda t: t.number, str),
        _plain("state", lambda t: t.state.value, str, is_number=False),
        _plain("objective", lambda t: t.objective, wording.number),
        _plain("spent", budget.spent_on, partial(wording.cost, budget), about=_charged(budget)),
        _plain("saved", lambda t: t.saved_seconds or None, wording.duration, about=_SAVED),
    )


_SAVED = "compute time that cached stages avoided"


def _charged(budget: Budget) -> str:
    return f"what is charged to the budget: {wording.charged(budget)}"


def _plain(
    key: str,
    measure: Callable[[Trial], Measure],
    shown: Callable[[Any], str],
    *,
    is_number: bool = True,
    about: str = "",
) -> Column:
    def cell(trial: Trial) -> str:
        found = measure(trial)
        return "" if found is None else shown(found)

    return Column(
        key=key,
        name=key,
        group="trial",
        is_number=is_number,
        measure=measure,
        words=lambda trial: (cell(trial),),
        cell=cell,
        about=about,
    )


def _of_parameter(name: str, domain: Domain, owner: str | None) -> Column:
    def cell(trial: Trial) -> str:
        return wording.value(trial.configuration[name]) if name in trial.configuration else ""

    def measure(trial: Trial) -> Measure:
        return _comparable(trial.configuration.get(name))

    return Column(
        key=f"parameter:{name}",
        name=name,
        group="parameter",
        is_number=not isinstance(domain, Categorical),
        measure=measure,
        words=lambda trial: (cell(trial),),
        cell=cell,
        about=f"read first by {owner or 'no stage'}",
    )


def _comparable(given: Value | None) -> Measure:
    if isinstance(given, bool) or given is None:
        return None if given is None else wording.value(given)
    return float(given) if isinstance(given, int | float) else wording.value(given)


def _of_stage(name: str) -> Column:
    def measure(trial: Trial) -> Measure:
        """Return the compute time; a cached stage took none."""
        record = trial.stage(name)
        is_timed = record is not None and record.outcome is not StageOutcome.SKIPPED
        return record.seconds if record and is_timed else None

    def words(trial: Trial) -> tuple[str, ...]:
        record = trial.stage(name)
        return () if record is None else (record.outcome.value,)

    def cell(trial: Trial) -> tuple[str, str] | None:
        record = trial.stage(name)
        if record is None:
            return None
        seconds = record.seconds if record.outcome in _RAN else record.saved_seconds
        is_skipped = record.outcome is StageOutcome.SKIPPED
        return record.outcome.value, "" if is_skipped else wording.duration(seconds)

    return Column(
        key=f"stage:{name}",
        name=name,
        group="stage",
        is_number=True,
        measure=measure,
        words=words,
        cell=cell,
        about="compute time, or that it came from the cache and what that saved",
    )
