"""A catalogue of registered pipelines, and runs, without a server."""

from __future__ import annotations

from typing import Any

import yaml

from tests.cluster_world import pipeline_text


class FakeKfp:
    """Fulfils what the tasks ask of `KfpApi`; remembers what was made."""

    url = "http://kfp"

    def __init__(self, *versions: str, name: str = "small", title: str = "Small one") -> None:
        spec = yaml.safe_load(pipeline_text())
        self.known: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, list[dict[str, Any]]] = {}
        self.uploads: list[str] = []
        self.runs: dict[str, dict[str, Any]] = {"own": {"run_id": "own", "experiment_id": "e1"}}
        self.terminated: list[str] = []
        if versions:
            self.create_pipeline({"name": name, "display_name": title})
        for version in versions:
            self._add(f"id-{name}", version, spec)

    def find_pipeline(self, name: str, *, namespace: str = "") -> dict[str, Any] | None:
        return self.known.get(name)

    def pipelines(self) -> list[dict[str, Any]]:
        return list(self.known.values())

    def pipeline_versions(self, pipeline_id: str) -> list[dict[str, Any]]:
        return self.kept[pipeline_id][::-1]

    def create_pipeline(self, about: dict[str, str]) -> dict[str, Any] | None:
        if about["name"] in self.known:
            return None
        made = {**about, "pipeline_id": f"id-{about['name']}"}
        self.known[about["name"]], self.kept[made["pipeline_id"]] = made, []
        return made

    def upload_version(
        self, text: str, *, pipeline_id: str, about: dict[str, str]
    ) -> dict[str, Any] | None:
        self.uploads.append(text)
        return self._add(pipeline_id, about["display_name"], yaml.safe_load(text))

    def run(self, run_id: str) -> dict[str, Any] | None:
        return self.runs.get(run_id)

    def find_run(self, name: str, *, experiment_id: str) -> str | None:
        found = (run for run in self.runs.values() if run.get("display_name") == name)
        return next((str(run["run_id"]) for run in found), None)

    def create_run(self, body: dict[str, Any]) -> str:
        run_id = f"run-{len(self.runs)}"
        self.runs[run_id] = {**body, "run_id": run_id, "state": "SUCCEEDED"}
        return run_id

    def terminate(self, run_id: str) -> None:
        self.terminated.append(run_id)

    def _add(self, pipeline_id: str, version: str, spec: dict[str, Any]) -> dict[str, Any]:
        made = {
            "pipeline_version_id": f"id-{version}",
            "name": version,
            "display_name": version,
            "pipeline_spec": spec,
        }
        self.kept[pipeline_id].append(made)
        return made
