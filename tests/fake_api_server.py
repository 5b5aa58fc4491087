"""A Kubernetes API in memory: resources by path, as far as the controller uses them."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from eeipu_kfp.controller.api_server import ApiServerError, ConflictError, MissingResourceError

Resource = dict[str, Any]


class FakeApiServer:
    """Fulfils `ApiServer`; `is_away` lets every call fail, `patches` counts writes of a status."""

    def __init__(self) -> None:
        self.is_away = False
        self.patches = 0
        self._resources: dict[str, Resource] = {}
        self._versions = itertools.count(1)

    def get(self, path: str) -> Resource:
        self._check()
        if path in self._resources:
            return copy.deepcopy(self._resources[path])
        items = [r for name, r in self._resources.items() if name.rpartition("/")[0] == path]
        if path.rpartition("/")[2] in {"events", "leases", "configmaps", "tuningexperiments"}:
            return {"items": copy.deepcopy(items)}
        message = f"there is no {path}"
        raise MissingResourceError(message)

    def create(self, path: str, document: Mapping[str, Any]) -> Resource:
        self._check()
        where = f"{path}/{document['metadata']['name']}"
        if where in self._resources:
            message = f"{where} exists"
            raise ConflictError(message)
        made = copy.deepcopy(dict(document))
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        own = {"uid": str(uuid4()), "generation": 1, "creationTimestamp": now}
        made["metadata"] = {"namespace": path.split("/")[-2], **own, **made["metadata"]}
        return self._store(where, made)

    def patch(self, path: str, changes: Mapping[str, Any]) -> Resource:
        self._check()
        where = path.removesuffix("/status")
        held = self.get(where)
        version = (changes.get("metadata") or {}).get("resourceVersion")
        if version not in {None, held["metadata"]["resourceVersion"]}:
            message = f"{where} has changed"
            raise ConflictError(message)
        self.patches += path != where
        new = merged(held, changes)
        if new.get("spec") != held.get("spec"):
            new["metadata"]["generation"] += 1
        return self._settle(where, new)

    def replace(self, path: str, document: Mapping[str, Any]) -> Resource:
        self._check()
        if document["metadata"].get("resourceVersion") != self.version(path):
            message = f"{path} has changed"
            raise ConflictError(message)
        return self._store(path, copy.deepcopy(dict(document)))

    def delete(self, path: str) -> None:
        self._check()
        if path not in self._resources:
            return
        held = self.get(path)
        held["metadata"].setdefault("deletionTimestamp", "2027-01-15T08:00:00Z")
        self._settle(path, held)

    def version(self, path: str) -> str:
        return str(self.get(path)["metadata"]["resourceVersion"])

    def _settle(self, path: str, resource: Resource) -> Resource:
        metadata = resource["metadata"]
        if "deletionTimestamp" in metadata and not metadata.get("finalizers"):
            del self._resources[path]
            return resource
        return self._store(path, resource)

    def _store(self, path: str, resource: Resource) -> Resource:
        resource["metadata"]["resourceVersion"] = str(next(self._versions))
        self._resources[path] = resource
        return copy.deepcopy(resource)

    def _check(self) -> None:
        if self.is_away:
            message = "no answer from the API server"
            raise ApiServerError(message)


def merged(held: Any, changes: Any) -> Any:
    """Return what a JSON merge patch makes of a document."""
    if not isinstance(held, Mapping) or not isinstance(changes, Mapping):
        return changes
    names = [*held, *(name for name in changes if name not in held)]
    return {
        name: merged(held.get(name, {}), changes[name]) if name in changes else held[name]
        for name in names
        if changes.get(name, "kept") is not None
    }
