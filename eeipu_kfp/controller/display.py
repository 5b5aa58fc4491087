"""Showing an experiment's status: rarely, and only where it says something new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eeipu_kfp.controller import status
from eeipu_kfp.controller.api_server import ApiServer
from eeipu_kfp.controller.resource import Resource
from eeipu_kfp.core.ports import Clock

_SECONDS_BETWEEN_PATCHES = 1.0


class Display:
    """Writes the status of one experiment."""

    def __init__(self, api: ApiServer, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._shown: Mapping[str, Any] | None = None
        self._written_at = float("-inf")

    @property
    def due_seconds(self) -> float:
        """How long to wait before it is written again."""
        return max(0.0, self._written_at + _SECONDS_BETWEEN_PATCHES - self._clock.now())

    def current(self, resource: Resource) -> Mapping[str, Any]:
        """Return the status that is shown now."""
        return resource.status if self._shown is None else self._shown

    def show(self, resource: Resource, document: Mapping[str, Any]) -> None:
        """Write a status, unless it is shown already.

        Raises:
            ApiServerError: The API server does not take it.
        """
        patch = status.changes(self.current(resource), document)
        if not patch:
            return
        self._written_at = self._clock.now()
        self._shown = None
        self._api.patch(f"{resource.path}/status", {"status": patch})
        self._shown = document
