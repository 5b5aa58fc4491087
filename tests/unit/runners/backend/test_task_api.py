from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eeipu_kfp.core.outputs import Artifact
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.task_api import TaskApiReader
from eeipu_kfp.runners.backend.tasks import TaskKind, TaskRecord, TaskState


class Api(KfpApi):
    """Knows one run."""

    def __init__(self, body: Mapping[str, Any] | None) -> None:
        super().__init__("http://127.0.0.1:1")
        self._body = body

    def run(self, run_id: str, *, with_tasks: bool = False) -> Mapping[str, Any] | None:
        assert with_tasks
        return self._body


def task(number: int, name: str, kind: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "task_id": f"t{number}",
        "name": name,
        "type": kind,
        "state": state,
        "create_time": f"2026-11-24T00:00:0{number}Z",
        **more,
    }


def read(*tasks: dict[str, Any]) -> tuple[TaskRecord, ...]:
    return TaskApiReader(Api({"tasks": list(tasks)})).read("one")


def outputs(parameters: Mapping[str, Any], **artifacts: Any) -> dict[str, Any]:
    return {
        "parameters": [{"parameter_key": k, "value": v} for k, v in parameters.items()],
        "artifacts": [{"artifact_key": k, "artifacts": v} for k, v in artifacts.items()],
    }


def test_tasks_come_in_the_order_they_were_made() -> None:
    root = task(1, "root-name", "ROOT", "RUNNING")
    train = task(2, "train", "RUNTIME", "RUNNING", parent_task_id="t1")

    records = read(train, root)

    assert [(r.name, r.parent, r.kind) for r in records] == [
        ("", "", TaskKind.DAG),
        ("train", "t1", TaskKind.CONTAINER),
    ]
    assert records[1].state is TaskState.RUNNING
    assert records[1].ended_at is None


def test_an_ended_task_has_its_outputs() -> None:
    model = {"uri": "minio://b/model", "type": "Model", "metadata": {"rows": 3.0}}
    logs = {"uri": "minio://b/executor-logs-0", "type": "Artifact"}
    found = outputs({"Output": 3.0}, model=[model], **{"executor-logs": [logs]})

    (record,) = read(
        task(1, "train", "RUNTIME", "SUCCEEDED", end_time="2026-11-24T00:00:09Z", outputs=found)
    )

    assert record.ended_at == record.started_at + 8.0
    assert record.parameters == {"Output": 3.0}
    assert record.artifacts == {
        "model": (Artifact(uri="minio://b/model", type="system.Model", metadata={"rows": 3.0}),)
    }
    assert record.log_uri == "minio://b/executor-logs-0"


def test_single_metrics_are_one_artifact() -> None:
    metrics = [
        {"name": "score", "type": "Metric", "number_value": 0.9, "uri": "minio://b/metrics"},
        {"name": "loss", "type": "Metric", "number_value": 0.0},
    ]

    (record,) = read(task(1, "e", "RUNTIME", "SUCCEEDED", outputs=outputs({}, metrics=metrics)))

    (artifact,) = record.artifacts["metrics"]
    assert (artifact.type, artifact.uri) == ("system.Metrics", "minio://b/metrics")
    assert artifact.metadata == {"score": 0.9, "loss": 0.0}


def test_a_curve_is_named_as_components_name_it() -> None:
    curve = {"type": "ClassificationMetric", "metadata": {"confidenceMetrics": []}}

    (record,) = read(task(1, "e", "RUNTIME", "CACHED", outputs=outputs({}, curve=[curve])))

    assert record.state is TaskState.SUCCEEDED
    assert record.artifacts["curve"][0].type == "system.ClassificationMetrics"


def test_rounds_importers_and_skipped_conditions_are_told_apart() -> None:
    records = read(
        task(1, "loop", "LOOP", "SUCCEEDED", type_attributes={"iteration_count": "2"}),
        task(2, "a", "RUNTIME", "SUCCEEDED", type_attributes={"iteration_index": "1"}),
        task(3, "cached", "IMPORTER", "SUCCEEDED"),
        task(4, "condition", "CONDITION", "SKIPPED"),
    )

    assert [record.iteration for record in records] == [None, 1, None, None]
    assert records[2].kind is TaskKind.IMPORTER
    assert (records[3].kind, records[3].state) == (TaskKind.DAG, TaskState.SKIPPED)


def test_a_failure_comes_with_its_message() -> None:
    (record,) = read(task(1, "e", "RUNTIME", "FAILED", status_metadata={"message": "no luck"}))

    assert (record.state, record.message) == (TaskState.FAILED, "no luck")


def test_an_unknown_run_has_no_tasks() -> None:
    assert TaskApiReader(Api(None)).read("one") == ()
