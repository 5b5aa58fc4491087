"""A `TuningExperiment` as the API server holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.experiment.launchers import Promise, read_promise
from eeipu_kfp.experiment.models import API_VERSION, KIND, TuningExperiment
from eeipu_kfp.experiment.resources import from_resource
from eeipu_kfp.experiment.times import parse_time

GROUP, VERSION = API_VERSION.split("/")
PLURAL = "tuningexperiments"
FINALIZER = f"{GROUP}/finalizer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One experiment on the cluster.

    Attributes:
        namespace: Where it lives.
        name: What it is called.
        uid: Tells it from one of the same name before or after.
        generation: Counts the changes of its spec.
        body: All that the API server tells of it.
        finalizers: What must be done before it may go.
        created_at: When it was made, in seconds since the epoch.
        deleted_at: When its deletion was asked for; None while it was not.
    """

    namespace: str
    name: str
    uid: str
    generation: int
    body: Mapping[str, Any]
    finalizers: tuple[str, ...]
    created_at: float
    deleted_at: float | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.namespace, self.name

    @property
    def folder(self) -> str:
        """What its ledger and its runs in Kubeflow Pipelines are kept under."""
        return f"{self.name}-{self.uid[:8]}"

    @property
    def path(self) -> str:
        """Where the API server has it."""
        return f"/apis/{API_VERSION}/namespaces/{self.namespace}/{PLURAL}/{self.name}"

    @property
    def spec(self) -> Mapping[str, Any]:
        """What is asked for, as it was written."""
        return self.body.get("spec") or {}

    @property
    def status(self) -> Mapping[str, Any]:
        """What was last shown."""
        return self.body.get("status") or {}

    @property
    def is_suspended(self) -> bool:
        """Whether new trials are held back."""
        return self.spec.get("suspend") is True

    @property
    def promise(self) -> Promise | None:
        """What the launcher that waits for it has promised; None where nobody waits."""
        return read_promise(self.body["metadata"].get("annotations") or {})

    @property
    def reference(self) -> dict[str, str | int]:
        """What events name it by."""
        return {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "namespace": self.namespace,
            "name": self.name,
            "uid": self.uid,
        }

    def document(self) -> TuningExperiment:
        """Return the experiment that it asks for.

        Raises:
            SpecError: It is no sound experiment; all its problems at once.
        """
        return from_resource(self.body)


def read_resource(body: Mapping[str, Any]) -> Resource:
    """Return an experiment from what the API server tells of it."""
    metadata = body["metadata"]
    deleted = metadata.get("deletionTimestamp")
    return Resource(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        generation=metadata.get("generation", 1),
        body=body,
        finalizers=tuple(metadata.get("finalizers") or ()),
        created_at=parse_time(metadata["creationTimestamp"]),
        deleted_at=parse_time(deleted) if deleted else None,
    )
