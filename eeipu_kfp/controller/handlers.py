"""What kopf is told: whom to call for which resources, and how to watch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import kopf

from eeipu_kfp.controller.resource import GROUP, PLURAL, VERSION
from eeipu_kfp.controller.settings import Settings
from eeipu_kfp.controller.supervisor import Supervisor

_SERVER_TIMEOUT_SECONDS = 300  # the API server takes whole seconds alone
_CLIENT_TIMEOUT_SECONDS = 330.0
_REQUEST_TIMEOUT_SECONDS = 30.0
_LONGEST_BACKOFF_SECONDS = 15.0


class Backoffs:
    """Waits between attempts to reach the API server, without end: it comes back some time."""

    def __iter__(self) -> Iterator[float]:
        """Yield seconds."""
        wait_seconds = 1.0
        while True:
            yield wait_seconds
            wait_seconds = min(_LONGEST_BACKOFF_SECONDS, wait_seconds * 2)


def operator_settings() -> kopf.OperatorSettings:
    """Tell kopf to watch, and to write nothing: all state is in the ledger.

    Raw events are taken, so kopf keeps neither finalizers nor copies of the spec on resources.
    """
    settings = kopf.OperatorSettings()
    settings.scanning.disabled = True
    settings.posting.enabled = False
    settings.watching.server_timeout = _SERVER_TIMEOUT_SECONDS
    settings.watching.client_timeout = _CLIENT_TIMEOUT_SECONDS
    settings.networking.request_timeout = _REQUEST_TIMEOUT_SECONDS
    settings.networking.error_backoffs = Backoffs()
    return settings


def register(registry: kopf.OperatorRegistry, supervisor: Supervisor) -> None:
    """Let a supervisor see every experiment that kopf hears of."""

    @kopf.on.login(registry=registry)
    def _log_in(**found: Any) -> kopf.ConnectionInfo | None:
        return kopf.login_via_client(**found)

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=registry)
    async def _see(event: kopf.RawEvent, **_: Any) -> None:
        if event["type"] == "DELETED":
            supervisor.lose(event["object"])
        else:
            supervisor.see(event["object"])


def scope(settings: Settings) -> dict[str, Any]:
    """Return which namespaces kopf is to watch, as it is told."""
    if settings.namespaces:
        return {"namespaces": settings.namespaces, "clusterwide": False}
    return {"clusterwide": True}
