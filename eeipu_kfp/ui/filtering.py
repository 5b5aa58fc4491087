"""Filters of the table of trials: words to find, and conditions such as `rate<0.01`."""

from __future__ import annotations

import operator
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from eeipu_kfp.core.trial import Trial
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.experiment.nearest import advice
from eeipu_kfp.ui.columns import Column, Measure

Test: TypeAlias = Callable[[Trial], bool]

_CONDITION = re.compile(r"^([^<>=!]+?)(<=|>=|!=|<|>|=)(.*)$", re.DOTALL)
_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
LONGEST = 300
"""How many characters a filter may have."""


def filter_of(text: str, columns: Sequence[Column]) -> Test:
    """Return whether a trial passes a filter.

    All parts must hold, which blanks separate: `column<number`, likewise with <=, > and >=;
    `column=word` and `column!=word`, a number or a text; or a word that any cell, or the reason of
    a failure, must contain. Case does not count; quotes keep blanks together.

    Args:
        text: The filter; an empty one lets all trials pass.
        columns: The columns of the table.

    Raises:
        InvalidValueError: A part makes no sense; the message says which.
    """
    tests = [_part(word, columns) for word in _words(text)]
    return lambda trial: all(test(trial) for test in tests)


def _words(text: str) -> list[str]:
    if len(text) > LONGEST:
        message = f"the filter has {len(text)} characters, but may have {LONGEST}"
        raise InvalidValueError(message)
    try:
        return shlex.split(text)
    except ValueError:
        # A quote that is still to be closed while somebody types.
        return text.replace('"', " ").replace("'", " ").split()


def _part(word: str, columns: Sequence[Column]) -> Test:
    found = _CONDITION.match(word)
    if found is None:
        return _containing(word, columns)
    name, sign, wanted = (part.strip() for part in found.groups())
    column = _column(name, columns)
    if sign in _ORDERS:
        return _ordered(column, _ORDERS[sign], _number(word, wanted))
    return _equal(column, wanted) if sign == "=" else _not(_equal(column, wanted))


def _column(name: str, columns: Sequence[Column]) -> Column:
    """Return a column by its key or its name; of equal names the first one's."""
    for column in columns:
        if name == column.key:
            return column
    for column in columns:
        if name.casefold() == column.name.casefold():
            return column
    message = f"`{name}` is no column"
    raise InvalidValueError(message, hint=advice(name, [column.name for column in columns]))


def _number(word: str, wanted: str) -> float:
    try:
        return float(wanted)
    except ValueError:
        message = f"`{word}` compares with `{wanted}`, which is no number"
        raise InvalidValueError(message, hint="write it as column<number") from None


def _ordered(column: Column, order: Callable[[float, float], bool], wanted: float) -> Test:
    def test(trial: Trial) -> bool:
        held = column.measure(trial)
        return isinstance(held, float | int) and order(float(held), wanted)

    return test


def _equal(column: Column, wanted: str) -> Test:
    def test(trial: Trial) -> bool:
        told = [word.casefold() for word in column.words(trial)]
        return wanted.casefold() in told or _is_number(column.measure(trial), wanted)

    return test


def _is_number(held: Measure, wanted: str) -> bool:
    try:
        return not isinstance(held, str) and held is not None and float(held) == float(wanted)
    except ValueError:
        return False


def _not(test: Test) -> Test:
    return lambda trial: not test(trial)


def _containing(word: str, columns: Sequence[Column]) -> Test:
    wanted = word.casefold()

    def test(trial: Trial) -> bool:
        failure = "" if trial.failure is None else trial.failure.sentence
        cells = (told for column in columns for told in column.words(trial))
        return wanted in failure.casefold() or any(wanted in cell.casefold() for cell in cells)

    return test
