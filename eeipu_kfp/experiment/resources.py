"""Experiments as the Kubernetes API holds them: with fields of the server, and a status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eeipu_kfp.experiment.documents import check_document
from eeipu_kfp.experiment.models import Metadata, TuningExperiment
from eeipu_kfp.experiment.status import Status


def from_resource(resource: Mapping[str, Any]) -> TuningExperiment:
    """Check a resource as the API server has it.

    Its status, and what the server adds to its metadata, are left aside.

    Raises:
        SpecError: It is no sound experiment; all its problems at once.
    """
    document = {field: value for field, value in resource.items() if field != "status"}
    metadata = resource.get("metadata") or {}
    document["metadata"] = {
        field: value for field, value in metadata.items() if field in Metadata.model_fields
    }
    name = f"{metadata.get('namespace', 'default')}/{metadata.get('name', '')}"
    return check_document(document, source=f"experiment {name}")


def status_document(status: Status) -> dict[str, Any]:
    """Return a status as plain data.

    A field that is unset is null, so that a merge patch takes away what was there before.
    """
    return status.model_dump(mode="json", by_alias=True)
