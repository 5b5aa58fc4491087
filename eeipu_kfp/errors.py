"""The error tree: every failure a user may meet, with what to do about it."""

from __future__ import annotations

from typing import ClassVar


class EeipuError(Exception):
    """Base of all errors that eeipu-kfp raises on purpose.

    Attributes:
        message: What is wrong, the value got and what is allowed; lower case, no full stop.
        hint: What to do about it; may be empty.
        retryable: Whether the same call may succeed later without a change by the user.
    """

    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class InvalidValueError(EeipuError):
    """A value breaks a rule of the domain; raised while domain data is built."""


class SpecError(EeipuError):
    """An experiment document is wrong.

    Attributes:
        path: Where in the document, such as `spec.parameters[2].searchSpace.uniform`.
    """

    def __init__(self, message: str, *, path: str = "", hint: str = "") -> None:
        super().__init__(f"`{path}`: {message}" if path else message, hint=hint)
        self.path = path


class PipelineError(EeipuError):
    """A compiled pipeline cannot be read, or cannot be tuned as asked."""


class StoreError(EeipuError):
    """An object store cannot be reached or refuses a request."""

    retryable = True


class MissingObjectError(StoreError):
    """An object store has no object of that name."""

    retryable = False


class LedgerError(EeipuError):
    """The record of an experiment cannot be used: unreadable, or of another experiment."""


class BusyError(EeipuError):
    """Another process is working on the same experiment."""


class RunnerError(EeipuError):
    """A runner cannot start or follow a run; a stage that fails is no such error."""


class RunnerUnavailableError(RunnerError):
    """What executes the runs does not answer, or is busy, at this moment."""

    retryable = True
