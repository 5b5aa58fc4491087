"""Run metadata from ML Metadata (MLMD), where Kubeflow Pipelines up to 2.18 keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import grpc

from eeipu_kfp.core.outputs import Artifact
from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.runners.backend.mlmd_messages import message_class
from eeipu_kfp.runners.backend.tasks import TaskKind, TaskRecord, TaskState

_SERVICE = "/ml_metadata.MetadataStoreService"
_TIMEOUT_SECONDS = 15.0
_LARGEST_ANSWER_BYTES = 100 * 1024 * 1024
_RUN_CONTEXT = "system.PipelineRun"
_OUTPUT_EVENT = 4
_LOG = "executor-logs"
_KINDS = {"system.DAGExecution": TaskKind.DAG, "system.ImporterExecution": TaskKind.IMPORTER}
# By number: COMPLETE, FAILED, CACHED, and CANCELED, which KFP uses for a condition not met.
_STATES = {
    3: TaskState.SUCCEEDED,
    4: TaskState.FAILED,
    5: TaskState.SUCCEEDED,
    6: TaskState.SKIPPED,
}
_BUSY = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.INTERNAL,
    }
)


class MlmdReader:
    """Fulfils `MetadataReader` with at most four small calls; many threads may use it.

    A task's start is the end of its driver and its end the moment when its outputs were noted: in
    between are the wait for a node, the image pull, download, user code and upload.
    """

    def __init__(self, address: str, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        """Take host and port of `metadata-grpc-service`, without asking it."""
        self._address = address
        self._timeout_seconds = timeout_seconds
        options = [("grpc.max_receive_message_length", _LARGEST_ANSWER_BYTES)]
        self._channel = grpc.insecure_channel(address, options=options)

    def close(self) -> None:
        """Give the connection back."""
        self._channel.close()

    def read(self, run_id: str) -> tuple[TaskRecord, ...]:
        """Return what is noted of a run's tasks so far."""
        query = {"type_name": _RUN_CONTEXT, "context_name": run_id}
        answer = self._call("GetContextByTypeAndName", **query)
        if not answer.HasField("context"):
            return ()
        run = {"context_id": answer.context.id}
        executions = self._call("GetExecutionsByContext", **run).executions
        ids = [execution.id for execution in executions]
        artifacts = self._call("GetArtifactsByContext", **run).artifacts
        events = self._call("GetEventsByExecutionIDs", execution_ids=ids).events
        outputs = _outputs(artifacts, events)
        records = [_record(found, outputs.get(found.id, {})) for found in executions]
        return tuple(sorted(records, key=lambda record: int(record.id)))

    def _call(self, method: str, **fields: Any) -> Any:
        """Return the answer to a call; an empty one where what it asks for is not there."""
        answer = message_class(f"{method}Response")
        call = self._channel.unary_unary(
            f"{_SERVICE}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        request = message_class(f"{method}Request")(**fields)
        try:
            return call(request, timeout=self._timeout_seconds)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return answer()
            message = f"no run metadata from `{self._address}`: {error.code().name}"
            message = f"{message}: {error.details()}"
            hint = "check the address, and whether `metadata-grpc-service` is up"
            kind = RunnerUnavailableError if error.code() in _BUSY else RunnerError
            raise kind(message, hint=hint) from error


def _outputs(found: Iterable[Any], events: Iterable[Any]) -> dict[int, dict[str, list[Artifact]]]:
    """Return the output artifacts by execution and name."""
    artifacts = {artifact.id: _artifact(artifact) for artifact in found}
    outputs: dict[int, dict[str, list[Artifact]]] = {}
    for event in events:
        name = next((step.key for step in event.path.steps if step.HasField("key")), "")
        if event.type == _OUTPUT_EVENT and event.artifact_id in artifacts:
            several = outputs.setdefault(event.execution_id, {}).setdefault(name, [])
            several.append(artifacts[event.artifact_id])
    return outputs


def _record(execution: Any, outputs: Mapping[str, Iterable[Artifact]]) -> TaskRecord:
    noted = _properties(execution.custom_properties)
    state = _STATES.get(execution.last_known_state, TaskState.RUNNING)
    artifacts = {name: tuple(several) for name, several in outputs.items()}
    logs = artifacts.pop(_LOG, ())
    has_ended = state is not TaskState.RUNNING
    return TaskRecord(
        id=str(execution.id),
        name=noted.get("task_name", ""),
        parent=str(noted.get("parent_dag_id", "")),
        kind=_KINDS.get(execution.type, TaskKind.CONTAINER),
        state=state,
        started_at=execution.create_time_since_epoch / 1000,
        ended_at=execution.last_update_time_since_epoch / 1000 if has_ended else None,
        iteration=noted.get("iteration_index"),
        parameters=noted.get("outputs", {}),
        artifacts=artifacts,
        log_uri=logs[-1].uri if logs else "",
    )


def _artifact(artifact: Any) -> Artifact:
    return Artifact(
        uri=artifact.uri, type=artifact.type, metadata=_properties(artifact.custom_properties)
    )


def _properties(properties: Iterable[Any]) -> dict[str, Any]:
    return {entry.key: _plain(entry.value) for entry in properties}


def _plain(value: Any) -> Any:
    if value.HasField("struct_value"):
        return _plain_struct(value.struct_value)
    return next((content for _, content in value.ListFields()), None)


def _plain_struct(struct: Any) -> dict[str, Any]:
    return {name: _plain_json(value) for name, value in struct.fields.items()}


def _plain_json(value: Any) -> Any:
    # protobuf's own conversion to JSON makes a text of a NaN.
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _plain_struct(value.struct_value)
    if kind == "list_value":
        return [_plain_json(item) for item in value.list_value.values]
    return None if kind in {"null_value", None} else getattr(value, kind)
