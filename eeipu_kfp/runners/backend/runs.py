"""A run as the API of Kubeflow Pipelines tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.compiled.dag import Document, Spec, tasks_of
from eeipu_kfp.core.ports import RunState

_ENDED = {
    "SUCCEEDED": RunState.SUCCEEDED,
    "FAILED": RunState.FAILED,
    "CANCELED": RunState.STOPPED,
    "SKIPPED": RunState.STOPPED,
}
_CANCELING = "CANCELING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run.

    Attributes:
        id: Its id.
        state: Where it is; STOPPED from the moment that somebody has terminated it.
        has_ended: Whether nothing of it is at work any more.
        document: The pipeline that was submitted.
        task_states: Where each task is by display name, as Argo sees it; tasks of nested DAGs
            among them, and empty at first, after MLMD's removal, and where nothing has begun.
    """

    id: str
    state: RunState
    has_ended: bool
    document: Document
    task_states: Mapping[str, str]

    @property
    def stages(self) -> tuple[str, ...]:
        """The names of the stages that the run consists of; importers are none."""
        tasks = self.document.tasks
        return tuple(name for name in tasks if not _is_import(self.document, name))

    @property
    def importers(self) -> tuple[str, ...]:
        """The names of the importers in the run."""
        return tuple(name for name in self.document.tasks if _is_import(self.document, name))


def run_of(body: Mapping[str, Any]) -> Run:
    """Return the run that an answer of the API describes."""
    state = body.get("state", "")
    return Run(
        id=body["run_id"],
        state=_state(state, body.get("state_history", ())),
        has_ended=state in _ENDED,
        document=document_of(body.get("pipeline_spec") or {}),
        task_states=_task_states(body),
    )


def document_of(spec: Mapping[str, Any]) -> Document:
    """Return the pipeline in a field `pipeline_spec` of the API, with or without a platform."""
    if "pipeline_spec" in spec:
        return Document(ir=spec["pipeline_spec"], platform=spec.get("platform_spec", {}))
    return Document(ir=spec, platform={})


def _state(state: str, history: Any) -> RunState:
    """Return where a run is; one that was terminated ends as FAILED with CANCELING in its past."""
    ended = _ENDED.get(state)
    was_canceled = _CANCELING in {state, *(entry.get("state") for entry in history)}
    if was_canceled and ended is not RunState.SUCCEEDED:
        return RunState.STOPPED
    return ended or RunState.RUNNING


def _task_states(body: Mapping[str, Any]) -> dict[str, str]:
    details = (body.get("run_details") or {}).get("task_details") or ()
    return {entry.get("display_name", ""): entry.get("state", "") for entry in details}


def _is_import(document: Document, name: str) -> bool:
    task = document.tasks[name]
    component: Spec = document.component(task)
    inner = tasks_of(component)
    # The cut imports a list of artifacts by a loop over one importer of this name.
    return document.importer(task) is not None or set(inner) == {f"{name}-item"}
