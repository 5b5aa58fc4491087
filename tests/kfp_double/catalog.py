"""The experiments and pipelines that the API knows, and how its lists are filtered and cut."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from tests.kfp_double.documents import timestamp
from tests.kfp_double.refusals import invalid, not_found, taken

DEFAULT_PAGE = 20
_EQUALS = ("EQUALS", 1)
_VALUES = ("stringValue", "string_value")


class Catalog:
    """Experiments by id, and pipelines with their versions."""

    def __init__(self) -> None:
        self.experiments: dict[str, dict[str, Any]] = {}
        self._pipelines: dict[str, dict[str, Any]] = {}
        self._versions: dict[str, list[dict[str, Any]]] = {}

    def add_experiment(self, wanted: Mapping[str, Any], at: float) -> dict[str, Any]:
        """Make an experiment; RefusalError where its name is missing or taken."""
        name, namespace = wanted.get("display_name", ""), wanted.get("namespace", "")
        if not name:
            message = "experiment's name cannot be empty"
            raise invalid(message)
        if any(
            (found["display_name"], found.get("namespace", "")) == (name, namespace)
            for found in self.experiments.values()
        ):
            raise taken(name)
        texts = {"description": wanted.get("description", ""), "namespace": namespace}
        experiment = {
            "experiment_id": str(uuid4()),
            "display_name": name,
            "created_at": timestamp(at),
            "last_run_created_at": timestamp(0),
            "storage_state": "AVAILABLE",
            **{field: text for field, text in texts.items() if text},
        }
        self.experiments[experiment["experiment_id"]] = experiment
        return experiment

    def experiment(self, experiment_id: str) -> dict[str, Any]:
        """Return an experiment; RefusalError where there is none."""
        if experiment_id not in self.experiments:
            raise not_found(kind="Experiment", name=experiment_id)
        return self.experiments[experiment_id]

    def add_pipeline(self, wanted: Mapping[str, Any], at: float) -> dict[str, Any]:
        """Make a pipeline without a version; RefusalError where its name is missing or taken."""
        name = wanted.get("name") or wanted.get("display_name", "")
        if not name:
            message = "pipeline's name cannot be empty"
            raise invalid(message)
        if any(found["name"] == name for found in self._pipelines.values()):
            raise taken(name, kind="pipeline")
        told = {key: wanted[key] for key in ("display_name", "description") if wanted.get(key)}
        pipeline = {**self._named({"pipeline_id": str(uuid4())}, name, at), **told}
        self._pipelines[pipeline["pipeline_id"]] = pipeline
        self._versions[pipeline["pipeline_id"]] = []
        return pipeline

    def register(
        self, name: str, version: str, spec: Mapping[str, Any], at: float, *, title: str = ""
    ) -> str:
        """Add a version to a pipeline, which is made where there is none; return its id."""
        pipeline = next((p for p in self._pipelines.values() if p["name"] == name), None)
        if pipeline is None:
            pipeline = self.add_pipeline({"name": name}, at)
        known = {
            "pipeline_id": pipeline["pipeline_id"],
            "pipeline_version_id": str(uuid4()),
            "pipeline_spec": spec,
        }
        versions = self._versions.setdefault(pipeline["pipeline_id"], [])
        versions.append({**self._named(known, version, at), "display_name": title or version})
        return str(known["pipeline_version_id"])

    def pipeline(self, *, name: str = "", pipeline_id: str = "") -> dict[str, Any]:
        """Return a pipeline by name or by id; RefusalError where there is none."""
        for pipeline in self._pipelines.values():
            if name == pipeline["name"] or pipeline_id == pipeline["pipeline_id"]:
                return pipeline
        raise not_found(kind="Pipeline", name=name or pipeline_id)

    def pipelines(self) -> list[dict[str, Any]]:
        """Return all pipelines."""
        return list(self._pipelines.values())

    def versions(self, pipeline_id: str) -> list[dict[str, Any]]:
        """Return the versions of a pipeline, the newest first."""
        self.pipeline(pipeline_id=pipeline_id)
        return self._versions[pipeline_id][::-1]

    def version(self, pipeline_id: str, version_id: str) -> dict[str, Any]:
        """Return a version of a pipeline; RefusalError where there is none."""
        for version in self.versions(pipeline_id):
            if version["pipeline_version_id"] == version_id:
                return version
        raise not_found(kind="PipelineVersion", name=version_id)

    def _named(self, known: Mapping[str, Any], name: str, at: float) -> dict[str, Any]:
        return {**known, "name": name, "display_name": name, "created_at": timestamp(at)}


def wanted_values(query: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    """Return the values that a list's filter asks for, by field.

    Raises:
        RefusalError: The filter is no JSON, names an unknown field, or asks for more than equality.
    """
    try:
        predicates = json.loads(query.get("filter") or "{}").get("predicates", [])
    except (ValueError, AttributeError):
        message = "failed to parse filter"
        raise invalid(message) from None
    return dict(_wanted(predicate, known) for predicate in predicates)


def _wanted(predicate: Mapping[str, Any], known: Iterable[str]) -> tuple[str, str]:
    key = predicate.get("key", "")
    if key not in known:
        message = f'no support for filtering on unrecognized field "{key}"'
        raise invalid(message)
    value = next((predicate[name] for name in _VALUES if name in predicate), None)
    if predicate.get("operation") not in _EQUALS or value is None:
        message = f"the double filters by equality with strings alone, not by {predicate}"
        raise invalid(message)
    return key, value


def page(found: Sequence[Any], query: Mapping[str, str]) -> tuple[Sequence[Any], dict[str, Any]]:
    """Return the page of a list that a query asks for, and what the answer says beside it."""
    start = int(query.get("page_token") or 0)
    end = start + (int(query.get("page_size") or 0) or DEFAULT_PAGE)
    about: dict[str, Any] = {"total_size": len(found)} if found else {}
    if end < len(found):
        about["next_page_token"] = str(end)
    return found[start:end], about
