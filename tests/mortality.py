"""Processes that die at a step of one's choice, to see what they leave behind."""

from __future__ import annotations

from typing import Any


class Death(BaseException):
    """The process is gone: no handler of it runs any more."""


class Life:
    """Counts the steps of a process; half-steps lie before and after each outside change."""

    def __init__(self, steps: int | None = None) -> None:
        self.taken = 0
        self._steps = steps

    def step(self) -> None:
        self.check()
        self.taken += 1
        self.check()

    def check(self) -> None:
        if self._steps is not None and self.taken > self._steps:
            raise Death


class Mortal:
    """Passes calls on, and dies before or after the n-th one that changes anything outside."""

    def __init__(self, target: Any, watched: set[str], life: Life) -> None:
        self._target = target
        self._watched = watched
        self._life = life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        if not callable(method):
            return method

        def call(*args: Any, **kwargs: Any) -> Any:
            self._life.check()
            if name not in self._watched:
                return method(*args, **kwargs)
            self._life.step()
            result = method(*args, **kwargs)
            self._life.step()
            return result

        return call
