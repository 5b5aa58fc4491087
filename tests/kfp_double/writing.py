"""One execution in the metadata, and what it puts out into the bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from eeipu_kfp.core.outputs import Artifact, StageOutputs
from tests.kfp_double.metadata import Event, MetadataStore
from tests.kfp_double.objects import Bucket
from tests.kfp_double.runs import Run, pod_name, pod_uid

CONTAINER = "system.ContainerExecution"
DAG = "system.DAGExecution"
IMPORTER = "system.ImporterExecution"
LOGS = "executor-logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes executions of any kind.

    Attributes:
        metadata: Where they are noted.
        bucket: Where their artifacts go.
        downloads: The folder that holds what importers brought to this machine.
    """

    metadata: MetadataStore
    bucket: Bucket
    downloads: Path

    def begin(
        self, run: Run, parent: int, name: str, kind: str, at: float, **properties: Any
    ) -> int:
        """Note an execution in a DAG, and return its number."""
        noted = {"task_name": name, "display_name": name, "parent_dag_id": parent, **properties}
        execution = self.metadata.begin_execution(run.context, kind, noted, at)
        if kind == CONTAINER:
            pod = {
                "pod_name": pod_name(run, execution),
                "pod_uid": pod_uid(run, execution),
                "namespace": run.namespace,
            }
            self.metadata.annotate(execution, pod)
        return execution

    def put_out(
        self, execution: int, folder: str, outputs: StageOutputs, at: float
    ) -> dict[str, tuple[int, ...]]:
        """Note what an execution has put out, and return the numbers of its artifacts."""
        if outputs.parameters:
            self.metadata.annotate(execution, {"outputs": outputs.parameters})
        return {
            name: tuple(self._kept(execution, f"{folder}/{name}", artifacts, at))
            for name, artifacts in outputs.artifacts.items()
        }

    def keep_log(self, execution: int, folder: str, log: bytes, at: float) -> None:
        """Put a log beside what an execution has put out."""
        uri = f"{folder}/{LOGS}-0"
        name = self.bucket.name_of(uri)
        assert name is not None, f"{uri} is not in {self.bucket.uri('')}"
        self.bucket.put(name, log)
        self._note(execution, LOGS, Artifact(uri=uri), at)

    def bring_in(
        self, execution: int, uri: str, schema: str, metadata: Mapping[str, Any], at: float
    ) -> int:
        """Note what an importer has imported, and return the artifact's number."""
        number = self.metadata.import_artifact(uri, schema, metadata, at)
        self.metadata.link(execution, number, "artifact", Event.OUTPUT, at)
        return number

    def origin(self, path: str) -> str:
        """Return the URI that a downloaded file stands for; any other path is its own."""
        inside = f"{self.downloads}/"
        is_download = path.startswith(inside)
        return self.bucket.uri(path.removeprefix(inside)) if is_download else path

    def _kept(
        self, execution: int, uri: str, artifacts: tuple[Artifact, ...], at: float
    ) -> Iterator[int]:
        for index, artifact in enumerate(artifacts):
            place = f"{uri}/{index}" if len(artifacts) > 1 else uri
            self.bucket.upload(Path(artifact.uri), place)
            kept = Artifact(uri=place, type=artifact.type, metadata=artifact.metadata)
            yield self._note(execution, uri.rpartition("/")[2], kept, at)

    def _note(self, execution: int, name: str, artifact: Artifact, at: float) -> int:
        metadata = {**artifact.metadata, "display_name": name}
        number = self.metadata.add_artifact(artifact.uri, artifact.type, metadata, at)
        self.metadata.link(execution, number, name, Event.OUTPUT, at)
        return number


def new_folder(run: Run, name: str) -> str:
    """Return the URI of a folder that nobody else writes to."""
    return f"{run.root}/{name}/{uuid4()}"
