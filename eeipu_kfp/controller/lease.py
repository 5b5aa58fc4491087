"""The lease: of several controllers, one tunes and the others wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from eeipu_kfp.controller.api_server import ApiServer, ConflictError, MissingResourceError

NAME = "eeipu-kfp"
DURATION_SECONDS = 20.0
RENEWAL_SECONDS = 5.0


class Hold(Enum):
    """What a controller has of the lease."""

    HELD = "held"
    WAITING = "waiting"
    LOST = "lost"


class Lease:
    """A controller's hold on the lease of its namespace.

    Times of other machines are never compared with this one's: a holder counts as gone once the
    lease has not changed here for as long as it lasts.
    """

    def __init__(
        self, api: ApiServer, *, namespace: str, identity: str, monotonic: Callable[[], float]
    ) -> None:
        """Hold nothing yet.

        Args:
            api: Keeps the lease.
            namespace: Where it is kept.
            identity: Tells this controller from another.
            monotonic: Seconds that only grow.
        """
        self._api = api
        self._collection = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
        self._identity = identity
        self._monotonic = monotonic
        self._renewed_at: float | None = None
        self._seen: tuple[str, float] | None = None

    @property
    def is_held(self) -> bool:
        """Whether no other controller can have it now."""
        renewed = self._renewed_at
        return renewed is not None and self._monotonic() - renewed < DURATION_SECONDS

    def renew(self) -> Hold:
        """Take the lease if it is free, keep it if it is held; call this every few seconds.

        Raises:
            ApiServerError: The API server does not answer, so nobody can take the lease now.
        """
        asked_at = self._monotonic()
        found = self._found()
        if found is not None and not self._is_free(found):
            return Hold.WAITING if self._renewed_at is None else Hold.LOST
        try:
            self._write(found)
        except ConflictError:
            return Hold.WAITING
        self._renewed_at = asked_at
        return Hold.HELD

    def release(self) -> None:
        """Let the next controller begin at once; harmless where the lease is not held."""
        found = self._found() if self.is_held else None
        if found is not None and found["spec"].get("holderIdentity") == self._identity:
            self._renewed_at = None
            spec = {**found["spec"], "holderIdentity": ""}
            self._api.replace(f"{self._collection}/{NAME}", {**found, "spec": spec})

    def _found(self) -> Mapping[str, Any] | None:
        try:
            return self._api.get(f"{self._collection}/{NAME}")
        except MissingResourceError:
            return None

    def _is_free(self, found: Mapping[str, Any]) -> bool:
        holder = found["spec"].get("holderIdentity")
        version, now = str(found["metadata"]["resourceVersion"]), self._monotonic()
        if self._seen is None or self._seen[0] != version:
            self._seen = version, now
        return holder in {None, "", self._identity} or now - self._seen[1] >= DURATION_SECONDS

    def _write(self, found: Mapping[str, Any] | None) -> None:
        spec = {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": int(DURATION_SECONDS),
            "renewTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        if found is None:
            metadata = {"name": NAME}
            self._api.create(self._collection, _lease(metadata, spec))
        else:
            self._api.replace(f"{self._collection}/{NAME}", _lease(found["metadata"], spec))


def _lease(metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": dict(metadata),
        "spec": dict(spec),
    }
