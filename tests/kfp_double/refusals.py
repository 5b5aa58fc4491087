"""What the API says when it refuses a request."""

from __future__ import annotations

from typing import Any

_INVALID_ARGUMENT = 3
_NOT_FOUND = 5
_ALREADY_EXISTS = 6
_INTERNAL = 13
_UNAVAILABLE = 14


class RefusalError(Exception):
    """A request that is answered by an error.

    Attributes:
        status: The HTTP status.
        code: gRPC's number for the kind of error.
        reason: What is wrong, as the answer's details have it.
        message: The same with what it meant for the request.
    """

    def __init__(self, status: int, code: int, reason: str, *, message: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason
        self.message = message or reason

    @property
    def document(self) -> dict[str, Any]:
        """The error as the API writes it."""
        status = "type.googleapis.com/google.rpc.Status"
        details = [{"@type": status, "code": self.code, "message": self.reason}]
        return {"code": self.code, "message": self.message, "details": details}


def invalid(reason: str) -> RefusalError:
    """Return the refusal of a request that makes no sense."""
    message = f"Failed to do it: Invalid input error: {reason}"
    return RefusalError(400, _INVALID_ARGUMENT, reason, message=message)


def not_found(*, kind: str, name: str) -> RefusalError:
    """Return the refusal of a request for something that is not there."""
    reason = f"{kind} {name} not found"
    message = f"Failed to find it: ResourceNotFoundError: {reason}"
    return RefusalError(404, _NOT_FOUND, reason, message=message)


def taken(name: str, *, kind: str = "experiment") -> RefusalError:
    """Return the refusal of a second thing of the same name."""
    reason = (
        f"Failed to create a new {kind}. The name {name} already exists. Please specify a new name"
    )
    message = f"Failed to create a {kind}: Already exist error: {reason}"
    return RefusalError(409, _ALREADY_EXISTS, reason, message=message)


def unconvertible(reason: str) -> RefusalError:
    """Return the refusal of a run without a name or a pipeline: an error of the server."""
    message = f"Failed to create a new run: InternalServerError: {reason}"
    return RefusalError(500, _INTERNAL, "Internal Server Error", message=message)


def broken(status: int) -> RefusalError:
    """Return the refusal of a server that is in trouble."""
    return RefusalError(status, _UNAVAILABLE, "upstream connect error or disconnect/reset")
