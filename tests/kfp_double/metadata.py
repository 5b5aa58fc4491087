"""A store of run metadata that answers as ML Metadata does after Kubeflow Pipelines wrote to it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from itertools import count
from typing import Any

from tests.kfp_double.messages import message

SESSION_INFO = "store_session_info"
SESSION = '{"Provider":"minio","Params":{"fromEnv":"true"}}'
RUN_CONTEXT = "system.PipelineRun"
_DEFAULT_PAGE = 20
_LIVE = 2


class Execution(IntEnum):
    """What is known of an execution; a condition that is not met is CANCELED."""

    RUNNING = 2
    COMPLETE = 3
    FAILED = 4
    CANCELED = 6


class Event(IntEnum):
    """What an artifact is to an execution."""

    INPUT = 3
    OUTPUT = 4


class MetadataStore:
    """Contexts, executions, artifacts and events, each known by a number."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._ids = count(1)
        self._contexts: dict[str, Any] = {}
        self._executions: dict[int, Any] = {}
        self._artifacts: dict[int, Any] = {}
        self._imported: dict[tuple[str, str, str], int] = {}
        self._events: dict[int, list[Any]] = defaultdict(list)
        self._members: dict[int, list[int]] = defaultdict(list)

    def begin_run(self, run_id: str, root_uri: str, at: float) -> tuple[int, int]:
        """Note a run and the execution of its root DAG, which goes on for ever.

        Returns:
            The numbers of the run's context and of the execution.
        """
        with self._lock:
            context = message("Context", id=next(self._ids), name=run_id, type=RUN_CONTEXT)
            _set_property(context, "pipeline_root", root_uri)
            self._contexts[run_id] = context
            return context.id, self.begin_execution(
                context.id, "system.DAGExecution", {"task_name": ""}, at
            )

    def begin_execution(
        self, context_id: int, kind: str, properties: Mapping[str, Any], at: float
    ) -> int:
        """Note an execution that goes on, and return its number."""
        with self._lock:
            execution = message(
                "Execution", id=next(self._ids), type=kind, last_known_state=Execution.RUNNING
            )
            _stamp(execution, at)
            for name, value in properties.items():
                _set_property(execution, name, value)
            self._executions[execution.id] = execution
            self._members[context_id].append(execution.id)
            return int(execution.id)

    def annotate(self, execution_id: int, properties: Mapping[str, Any]) -> None:
        """Add to what is known of an execution."""
        with self._lock:
            for name, value in properties.items():
                _set_property(self._executions[execution_id], name, value)

    def end_execution(self, execution_id: int, state: Execution, at: float) -> None:
        """Note that an execution has ended."""
        with self._lock:
            execution = self._executions[execution_id]
            execution.last_known_state = state
            execution.last_update_time_since_epoch = _milliseconds(at)

    def add_artifact(self, uri: str, schema: str, metadata: Mapping[str, Any], at: float) -> int:
        """Note a new artifact and return its number."""
        with self._lock:
            artifact = message("Artifact", id=next(self._ids), uri=uri, type=schema, state=_LIVE)
            _stamp(artifact, at)
            for name, value in {**metadata, SESSION_INFO: SESSION}.items():
                _set_metadata(artifact, name, value)
            self._artifacts[artifact.id] = artifact
            return int(artifact.id)

    def import_artifact(self, uri: str, schema: str, metadata: Mapping[str, Any], at: float) -> int:
        """Return the number of an imported artifact; the same one for the same artifact."""
        key = (uri, schema, repr(sorted(metadata.items())))
        with self._lock:
            if key not in self._imported:
                self._imported[key] = self.add_artifact(uri, schema, metadata, at)
            return self._imported[key]

    def link(self, execution_id: int, artifact_id: int, key: str, kind: Event, at: float) -> None:
        """Note that an execution takes an artifact in or puts it out under a name."""
        event = message(
            "Event",
            artifact_id=artifact_id,
            execution_id=execution_id,
            type=kind,
            milliseconds_since_epoch=_milliseconds(at),
        )
        event.path.steps.add(key=key)
        with self._lock:
            self._events[execution_id].append(event)

    def answer(self, method: str, request: Any) -> Any:
        """Answer one of the service's calls."""
        answers: dict[str, Callable[[Any], Any]] = {
            "GetContextByTypeAndName": self._context,
            "GetExecutionsByContext": self._executions_of,
            "GetEventsByExecutionIDs": self._events_of,
            "GetArtifactsByContext": self._artifacts_of,
        }
        with self._lock:
            return answers[method](request)

    def _context(self, request: Any) -> Any:
        found = self._contexts.get(request.context_name)
        known = found is not None and request.type_name == RUN_CONTEXT
        return message("GetContextByTypeAndNameResponse", **({"context": found} if known else {}))

    def _executions_of(self, request: Any) -> Any:
        found = [self._executions[number] for number in self._members[request.context_id]]
        page, token = _page(found, request)
        return message("GetExecutionsByContextResponse", executions=page, next_page_token=token)

    def _events_of(self, request: Any) -> Any:
        found = [event for number in request.execution_ids for event in self._events[number]]
        return message("GetEventsByExecutionIDsResponse", events=found)

    def _artifacts_of(self, request: Any) -> Any:
        numbers = dict.fromkeys(
            event.artifact_id
            for execution in self._members[request.context_id]
            for event in self._events[execution]
        )
        page, token = _page([self._artifacts[number] for number in numbers], request)
        return message("GetArtifactsByContextResponse", artifacts=page, next_page_token=token)


def _set_property(holder: Any, name: str, value: Any) -> None:
    target = holder.custom_properties[name]
    if isinstance(value, str):
        target.string_value = value
    elif isinstance(value, int):
        target.int_value = value
    else:
        target.struct_value.update(value)


def _set_metadata(holder: Any, name: str, value: Any) -> None:
    target = holder.custom_properties[name]
    if isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bool):
        target.int_value = int(value)
    elif isinstance(value, int | float):
        target.double_value = value
    else:
        target.struct_value.update({"struct" if isinstance(value, Mapping) else "list": value})


def consumer_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata as the consumer of an artifact sees it after its way through the store."""
    seen = {name: _consumer_value(value) for name, value in metadata.items()}
    return {**seen, SESSION_INFO: SESSION}


def _consumer_value(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Mapping):
        return {"struct": value}
    return {"list": value} if isinstance(value, list | tuple) else value


def _stamp(holder: Any, at: float) -> None:
    holder.create_time_since_epoch = holder.last_update_time_since_epoch = _milliseconds(at)


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def _page(found: Iterable[Any], request: Any) -> tuple[list[Any], str]:
    everything = list(found)
    if not request.HasField("options"):
        return everything, ""
    start = int(request.options.next_page_token or 0)
    end = start + (request.options.max_result_size or _DEFAULT_PAGE)
    return everything[start:end], str(end) if end < len(everything) else ""
