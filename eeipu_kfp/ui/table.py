"""The table of trials, a page at a time: filtered, sorted and cut on the server's side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.core.trial import Failure, Trial
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.experiment.nearest import advice
from eeipu_kfp.report import wording
from eeipu_kfp.ui.columns import Column, Measure, columns_of
from eeipu_kfp.ui.filtering import filter_of
from eeipu_kfp.ui.snapshot import Snapshot

ROWS = 50
"""Trials on a page."""
_LOG_LINES = 40
_LONGEST_LINE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which trials are asked for.

    Attributes:
        sort: The key of the column to sort by.
        descending: Whether the largest comes first.
        filter: What trials must fulfil, as `filter_of` reads it.
        page: The page, from 1; one behind the last means the last.

    Raises:
        InvalidValueError: There is no such page.
    """

    sort: str = "trial"
    descending: bool = True
    filter: str = ""
    page: int = 1

    def __post_init__(self) -> None:
        if self.page < 1:
            message = f"page is {self.page}, but the first one is 1"
            raise InvalidValueError(message)

    @property
    def query(self) -> dict[str, str]:
        """The question as what stands behind the `?` of an address."""
        order = "descending" if self.descending else "ascending"
        return {"sort": self.sort, "order": order, "filter": self.filter, "page": str(self.page)}


def read_question(query: Mapping[str, str]) -> Question:
    """Return the question that an address asks; what it leaves out is as it is usual.

    Raises:
        InvalidValueError: It makes no sense.
    """
    order, page = query.get("order", "descending"), query.get("page", "1")
    if order not in {"ascending", "descending"}:
        message = f"order is `{order}`, but must be ascending or descending"
        raise InvalidValueError(message)
    if not (page.isdecimal() and page.isascii()):
        message = f"page is `{page}`, but must be a number"
        raise InvalidValueError(message)
    return Question(
        sort=query.get("sort", "trial"),
        descending=order == "descending",
        filter=query.get("filter", ""),
        page=int(page),
    )


def page_of(snapshot: Snapshot, question: Question) -> dict[str, Any]:
    """Return one page of the table as plain data.

    Raises:
        InvalidValueError: The filter makes no sense, or there is no such column.
    """
    columns = columns_of(snapshot)
    test = filter_of(question.filter, columns)
    passing = [trial for trial in snapshot.history.trials if test(trial)]
    pages = max(1, -(-len(passing) // ROWS))
    page = min(question.page, pages)
    ordered = _sorted(passing, _column(question.sort, columns), descending=question.descending)
    shown = ordered[(page - 1) * ROWS : page * ROWS]
    best = snapshot.history.best
    return {
        "columns": [column.document for column in columns],
        "rows": [_row(trial, columns, snapshot, is_best=trial is best) for trial in shown],
        "sort": question.sort,
        "order": question.query["order"],
        "first": (page - 1) * ROWS + 1 if passing else 0,
        "passing": len(passing),
        "total": len(snapshot.history.trials),
        "page": page,
        "pages": pages,
    }


def _column(key: str, columns: Sequence[Column]) -> Column:
    for column in columns:
        if column.key == key:
            return column
    message = f"there is no column `{key}` to sort by"
    raise InvalidValueError(message, hint=advice(key, [column.key for column in columns]))


def _sorted(trials: Sequence[Trial], column: Column, *, descending: bool) -> list[Trial]:
    """Sort trials; those without a value come last either way, and equal ones by number."""
    measured = [(column.measure(trial), trial) for trial in trials]
    known = [(_rank(held), trial) for held, trial in measured if held is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [*(t for _, t in known), *(t for held, t in measured if held is None)]


def _rank(held: Measure) -> tuple[int, float, str]:
    """Return what values are compared by: numbers before texts, which are of all lengths."""
    if isinstance(held, str):
        return 1, 0.0, held.casefold()
    return 0, float(held or 0.0), ""


def _row(
    trial: Trial, columns: Sequence[Column], snapshot: Snapshot, *, is_best: bool
) -> dict[str, Any]:
    return {
        "trial": trial.number,
        "best": is_best,
        "warmUp": trial.is_warm_up,
        "cells": [column.cell(trial) for column in columns],
        "failure": None if trial.failure is None else _failure(trial.failure),
        "run": snapshot.runs.get(trial.number),
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "sentence": wording.shorten(failure.sentence, _LONGEST_LINE),
        "log": [wording.shorten(line, _LONGEST_LINE) for line in failure.log[-_LOG_LINES:]],
    }
