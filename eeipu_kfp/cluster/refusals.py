"""What a Kubernetes API refuses, in words that say what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from eeipu_kfp.errors import EeipuError

_FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]+)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)"'
    r'(?: in API group "(?P<group>[^"]*)")?(?P<scope>.*)'
)
_NAMESPACE = re.compile(r'in the namespace "([^"]+)"')
_NOT_KNOWN = "the cluster does not accept these credentials"
_BARE = re.compile(r'^(Invalid value: "(object|array|string|integer|null)"|Forbidden): ')
_NOBODY = "no endpoints available"
_NOT_RUNNING = "the controller does not run at this moment"
_SEE_PODS = "see why: `kubectl get pods -A -l app.kubernetes.io/name=eeipu-kfp`"
_NO_FIELD = "<nil>"  # what the server says of its checking, not of the document
_READING = frozenset({"get", "list", "watch"})
_BUSY = HTTPStatus.TOO_MANY_REQUESTS


class ClusterError(EeipuError):
    """A cluster cannot be reached, or refuses a request."""


class UnavailableError(ClusterError):
    """A cluster does not answer at this moment."""

    retryable = True


class ForbiddenError(ClusterError):
    """The user of the kube context may not do that."""


class MissingError(ClusterError):
    """There is no such resource, or no such kind of resource."""


def refusal(status: int, body: str) -> ClusterError:
    """Return the error that an answer means.

    Args:
        status: The HTTP status, 400 or more.
        body: What came with it: a Kubernetes `Status` as JSON, the controller's message and hint
            as JSON, or any text.
    """
    told = _document(body)
    message = str(told.get("message") or body.strip() or HTTPStatus(status).phrase)
    if "hint" not in told and status in _READERS:
        return _READERS[status](told, message)
    return _kind(status)(message, hint=str(told.get("hint", "")))


def _kind(status: int) -> type[ClusterError]:
    if status == HTTPStatus.NOT_FOUND:
        return MissingError
    is_passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == _BUSY
    return UnavailableError if is_passing else ClusterError


def _unknown(told: Mapping[str, Any], message: str) -> ClusterError:
    del told, message
    hint = "log in again, or choose another context with `--context`"
    return ClusterError(_NOT_KNOWN, hint=hint)


def _unavailable(told: Mapping[str, Any], message: str) -> ClusterError:
    del told
    if _NOBODY not in message:
        return UnavailableError(message)
    return UnavailableError(_NOT_RUNNING, hint=_SEE_PODS)


def _forbidden(told: Mapping[str, Any], message: str) -> ClusterError:
    del told
    found = _FORBIDDEN.search(message)
    if found is None:
        return ForbiddenError(f"not allowed: {message}", hint="ask whoever runs the cluster")
    place = _NAMESPACE.search(found["scope"])
    where = f"in namespace `{place[1]}`" if place else "in all namespaces"
    resource = f"{found['resource']}.{found['group']}" if found["group"] else found["resource"]
    role = "view" if found["verb"] in _READING else "edit"
    return ForbiddenError(
        f"`{found['user']}` may not {found['verb']} {resource} {where}",
        hint=f"ask for a RoleBinding to ClusterRole `eeipu-kfp-{role}`, which `{role}` includes",
    )


def _invalid(told: Mapping[str, Any], message: str) -> ClusterError:
    """Say each cause on a line of its own, once; CEL rules and the schema say them in words."""
    causes = (told.get("details") or {}).get("causes") or ()
    fields = [(cause.get("field") or "document", _plain(cause)) for cause in causes]
    said = [f"`{field}`: {words}" for field, words in fields if field != _NO_FIELD]
    lines = list(dict.fromkeys(said)) or [message]
    if len(lines) == 1:
        return ClusterError(f"the cluster refuses the experiment: {lines[0]}")
    return ClusterError("\n- ".join(["the cluster refuses the experiment:", *lines]))


def _plain(cause: Mapping[str, Any]) -> str:
    """Return what a cause says without the words that only repeat its kind."""
    message = str(cause.get("message", cause.get("reason", "")))
    return _BARE.sub("", message)


def _conflict(told: Mapping[str, Any], message: str) -> ClusterError:
    causes = (told.get("details") or {}).get("causes") or ()
    fields = ", ".join(f"`{cause['field']}`" for cause in causes if cause.get("field"))
    if not fields:
        return ClusterError(f"the cluster refuses the experiment: {message}", hint="try again")
    return ClusterError(
        f"{fields} were set with another tool, such as `kubectl apply`",
        hint="`--force` takes them over",
    )


_READERS: Mapping[int, Callable[[Mapping[str, Any], str], ClusterError]] = {
    HTTPStatus.UNAUTHORIZED: _unknown,
    HTTPStatus.FORBIDDEN: _forbidden,
    HTTPStatus.CONFLICT: _conflict,
    HTTPStatus.UNPROCESSABLE_ENTITY: _invalid,
    HTTPStatus.SERVICE_UNAVAILABLE: _unavailable,
}


def _document(body: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
