"""The problems of a document, collected so that the user sees all of them at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from eeipu_kfp.errors import InvalidValueError, SpecError

_LONGEST_VALUE = 80

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: Where in the document, such as `spec.parameters[2].searchSpace.uniform`.
        message: What is wrong, the value got and what is allowed.
        hint: What to do about it; may be empty.
    """

    path: str
    message: str
    hint: str = ""

    def error(self) -> SpecError:
        """Return the problem as an error of its own."""
        return SpecError(self.message, path=self.path, hint=self.hint)


class Problems:
    """A growing list of problems."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, path: str, message: str, hint: str = "") -> None:
        """Note a problem."""
        self._found.append(Problem(path=path, message=message, hint=hint))

    def attempt(self, path: str, make: Callable[[], _T]) -> _T | None:
        """Return what a call makes; where it finds a value invalid, note that and return None."""
        try:
            return make()
        except InvalidValueError as error:
            self.add(path, error.message, error.hint)
            return None

    def raise_any(self, where: str) -> None:
        """Raise what was noted, if anything.

        Args:
            where: What the problems are in, for the heading of several.

        Raises:
            SpecError: The one problem, or a heading and a line for each of several.
        """
        if len(self._found) == 1:
            raise self._found[0].error()
        if self._found:
            lines = [f"- {problem.error()}" for problem in self._found]
            message = "\n".join([f"{len(lines)} problems in {where}", *lines])
            raise SpecError(message)


def shown(value: object) -> str:
    """Return a value as a user would write it, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."
