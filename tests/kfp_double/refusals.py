"""What the API says when it refuses a request."""

from __future__ import annotations

from typing import Any

_INVALID_ARGUMENT = 3
_NOT_FOUND = 5
_UNAVAILABLE = 14


class RefusalError(Exception):
    """A request that is answered by an error.

    Attributes:
        status: The HTTP status.
        code: gRPC's number for the kind of error.
        message: What is wrong.
    """

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    @property
    def document(self) -> dict[str, Any]:
        """The error as the API writes it."""
        status = "type.googleapis.com/google.rpc.Status"
        details = [{"@type": status, "code": self.code, "message": self.message}]
        return {"code": self.code, "message": self.message, "details": details}


def invalid(message: str) -> RefusalError:
    """Return the refusal of a request that makes no sense."""
    return RefusalError(400, _INVALID_ARGUMENT, f"Invalid input error: {message}")


def not_found(*, kind: str, name: str) -> RefusalError:
    """Return the refusal of a request for something that is not there."""
    return RefusalError(404, _NOT_FOUND, f"ResourceNotFoundError: {kind} {name} not found")


def broken(status: int) -> RefusalError:
    """Return the refusal of a server that is in trouble."""
    return RefusalError(status, _UNAVAILABLE, "upstream connect error or disconnect/reset")
