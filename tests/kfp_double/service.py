"""The routes of the API: requests in, documents out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eeipu_kfp.compiled.dag import Document, ordered
from eeipu_kfp.compiled.reading import parameter_type, typed
from eeipu_kfp.core.pipeline import ParameterType
from eeipu_kfp.errors import PipelineError
from tests.kfp_double.catalog import Catalog, page, wanted_values
from tests.kfp_double.documents import run_document
from tests.kfp_double.execution import Executor
from tests.kfp_double.faults import Faults
from tests.kfp_double.refusals import invalid, not_found, taken, unconvertible
from tests.kfp_double.runs import Run, State
from tests.kfp_double.uploads import uploaded_pipeline

_EXPERIMENT_FIELDS = {"name": "display_name", "display_name": "display_name"}
_PYTHON_TYPES: Mapping[ParameterType, Any] = {
    ParameterType.STRING: str,
    ParameterType.INTEGER: int | float,
    ParameterType.DOUBLE: int | float,
    ParameterType.BOOLEAN: bool,
    ParameterType.LIST: list,
    ParameterType.STRUCT: dict,
}
_RUN_FIELDS = {
    "id": "id",
    "run_id": "id",
    "name": "name",
    "display_name": "name",
    "experiment_id": "experiment_id",
    "namespace": "namespace",
    "state": "state",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request.

    Attributes:
        names: What the path names: a run, an experiment, a pipeline, a version.
        query: The path's query.
        body: The content; empty where there is none.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


class Service:
    """Keeps experiments, pipelines and runs, and answers requests for them.

    Attributes:
        catalog: The experiments and pipelines.
        runs: The runs by id, in the order they were submitted.
    """

    def __init__(
        self,
        *,
        executor: Executor,
        faults: Faults,
        default_root: str,
        lag_seconds: float,
    ) -> None:
        """Take what executes runs.

        Args:
            executor: Executes runs.
            faults: What is to become of the pods of runs.
            default_root: The URI below which runs put out what names no place of its own.
            lag_seconds: How long the API takes to hear of a new workflow.
        """
        self.catalog = Catalog()
        self.runs: dict[str, Run] = {}
        self._executor = executor
        self._faults = faults
        self._default_root = default_root
        self._lag_seconds = lag_seconds

    def answer(self, route: str, request: Request) -> Mapping[str, Any]:
        """Return the document that a route answers.

        Raises:
            RefusalError: The request makes no sense, or asks for something that is not there.
        """
        handler: Callable[[Request], Mapping[str, Any]] = getattr(self, f"_{route}")
        return handler(request)

    def run(self, run_id: str) -> Run:
        """Return a run; RefusalError where there is none."""
        if run_id not in self.runs:
            raise not_found(kind="Run", name=run_id)
        return self.runs[run_id]

    def terminate(self, run_id: str) -> None:
        """End a run; RefusalError where there is none, or it has ended."""
        run = self.run(run_id)
        if run.state not in {State.PENDING, State.RUNNING}:
            message = f"Failed to terminate a run {run_id}. Row not found"
            raise invalid(message)
        run.enter(State.CANCELING, time.time())
        run.cancelled.set()

    def delete(self, run_id: str) -> None:
        """Forget a run, which ends; RefusalError where there is none."""
        self.run(run_id).cancelled.set()
        del self.runs[run_id]

    def register(self, name: str, version: str, spec: Mapping[str, Any]) -> str:
        """Register a version of a pipeline and return its id; RefusalError for no pipeline."""
        document_of(spec)
        return self.catalog.register(name, version, spec, time.time())

    def _get_health(self, _request: Request) -> Mapping[str, Any]:
        return {
            "commit_sha": "unknown",
            "tag_name": "unknown",
            "multi_user": False,
            "pipeline_store": "database",
        }

    def _create_experiment(self, request: Request) -> Mapping[str, Any]:
        return self.catalog.add_experiment(request.body, time.time())

    def _get_experiment(self, request: Request) -> Mapping[str, Any]:
        return self.catalog.experiment(request.names["experiment"])

    def _list_experiments(self, request: Request) -> Mapping[str, Any]:
        wanted = wanted_values(request.query, _EXPERIMENT_FIELDS)
        wanted = {_EXPERIMENT_FIELDS[name]: value for name, value in wanted.items()}
        if "namespace" in request.query:
            wanted["namespace"] = request.query["namespace"]
        found = [
            experiment
            for experiment in self.catalog.experiments.values()
            if all(experiment.get(name) == value for name, value in wanted.items())
        ]
        experiments, about = page(found, request.query)
        return {"experiments": experiments, **about} if found else {}

    def _create_run(self, request: Request) -> Mapping[str, Any]:
        run = self._submitted(request.body)
        run.mishaps = self._faults.take_mishaps(run.stages)
        self.runs[run.id] = run
        self._executor.submit(run)
        return run_document(run, has_details=False)

    def _get_run(self, request: Request) -> Mapping[str, Any]:
        return self._document(self.run(request.names["run"]))

    def _list_runs(self, request: Request) -> Mapping[str, Any]:
        wanted = wanted_values(request.query, _RUN_FIELDS)
        wanted = {_RUN_FIELDS[name]: value for name, value in wanted.items()}
        for name in ("experiment_id", "namespace"):
            if request.query.get(name):
                wanted[name] = request.query[name]
        found = list(self._matching(wanted))
        if request.query.get("sort_by", "").endswith("desc"):
            found.reverse()
        runs, about = page(found, request.query)
        return {"runs": [self._document(run) for run in runs], **about} if found else {}

    def _terminate_run(self, request: Request) -> Mapping[str, Any]:
        self.terminate(request.names["run"])
        return {}

    def _delete_run(self, request: Request) -> Mapping[str, Any]:
        self.delete(request.names["run"])
        return {}

    def _get_pipeline_by_name(self, request: Request) -> Mapping[str, Any]:
        return self.catalog.pipeline(name=request.names["pipeline"])

    def _get_pipeline(self, request: Request) -> Mapping[str, Any]:
        return self.catalog.pipeline(pipeline_id=request.names["pipeline"])

    def _create_pipeline(self, request: Request) -> Mapping[str, Any]:
        return self.catalog.add_pipeline(request.body, time.time())

    def _list_pipelines(self, request: Request) -> Mapping[str, Any]:
        pipelines, about = page(self.catalog.pipelines(), request.query)
        return {"pipelines": pipelines, **about} if pipelines else {}

    def _list_versions(self, request: Request) -> Mapping[str, Any]:
        wanted = wanted_values(request.query, ("name", "display_name"))
        found = [
            version
            for version in self.catalog.versions(request.names["pipeline"])
            if all(version[name] == value for name, value in wanted.items())
        ]
        versions, about = page(found, request.query)
        return {"pipeline_versions": versions, **about} if found else {}

    def _get_version(self, request: Request) -> Mapping[str, Any]:
        return self.catalog.version(request.names["pipeline"], request.names["version"])

    def _upload_pipeline(self, request: Request) -> Mapping[str, Any]:
        name = request.query.get("name", "pipeline")
        self.register(name, name, uploaded_pipeline(**request.body))
        return self.catalog.pipeline(name=name)

    def _upload_version(self, request: Request) -> Mapping[str, Any]:
        pipeline_id = request.query.get("pipelineid", "")
        pipeline = self.catalog.pipeline(pipeline_id=pipeline_id)["name"]
        name, title = request.query.get("name", pipeline), request.query.get("display_name", "")
        if any(known["name"] == name for known in self.catalog.versions(pipeline_id)):
            raise taken(name, kind="pipeline version")
        spec = uploaded_pipeline(**request.body)
        document_of(spec)
        version_id = self.catalog.register(pipeline, name, spec, time.time(), title=title)
        return self.catalog.version(pipeline_id, version_id)

    def _matching(self, wanted: Mapping[str, str]) -> Iterator[Run]:
        for run in [*self.runs.values()]:
            if all(getattr(run, name) == value for name, value in wanted.items()):
                yield run

    def _document(self, run: Run) -> Mapping[str, Any]:
        has_details = time.time() - run.created_at >= self._lag_seconds
        return run_document(run, has_details=has_details)

    def _submitted(self, body: Mapping[str, Any]) -> Run:
        if not body.get("display_name"):
            reason = "Run name cannot be empty"
            raise unconvertible(reason)
        document = self._pipeline_of(body)
        config = body.get("runtime_config") or {}
        root = config.get("pipeline_root") or self._default_root
        experiment = self.catalog.experiment(body.get("experiment_id", ""))
        run = Run(
            name=body["display_name"],
            experiment_id=experiment["experiment_id"],
            namespace=experiment.get("namespace", "kubeflow"),
            submitted=body,
            document=document,
            arguments=_arguments(document, config.get("parameters") or {}),
            root=root,
            created_at=time.time(),
            order=_order(document),
        )
        run.root = f"{root.rstrip('/')}/{document.ir['pipelineInfo']['name']}/{run.id}"
        run.history.append((run.created_at, run.state))
        return run

    def _pipeline_of(self, body: Mapping[str, Any]) -> Document:
        reference = body.get("pipeline_version_reference")
        if reference:
            known = self.catalog.version(
                reference.get("pipeline_id", ""), reference.get("pipeline_version_id", "")
            )
            return document_of(known["pipeline_spec"])
        return document_of(body.get("pipeline_spec") or {})


def document_of(spec: Mapping[str, Any]) -> Document:
    """Return a pipeline as it was submitted, alone or beside its platform settings.

    Raises:
        RefusalError: It is no pipeline.
    """
    ir = spec.get("pipeline_spec", spec)
    if "root" not in ir or "pipelineInfo" not in ir:
        reason = "unknown template format: pipeline spec is invalid"
        raise unconvertible(reason)
    return Document(ir=ir, platform=spec.get("platform_spec", {}))


def _order(document: Document) -> tuple[str, ...]:
    try:
        return ordered(document.tasks)
    except PipelineError as error:
        raise invalid(error.message) from error


def _arguments(document: Document, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all pipeline inputs; RefusalError where they do not fit."""
    inputs = document.ir["root"].get("inputDefinitions", {}).get("parameters", {})
    values = {name: d["defaultValue"] for name, d in inputs.items() if "defaultValue" in d}
    values |= given
    for name in {**inputs, **given}:
        message = _misfit(name, inputs, values)
        if message:
            raise invalid(message)
    return {name: typed(value, parameter_type(inputs[name])) for name, value in values.items()}


def _misfit(name: str, inputs: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    if name not in inputs:
        return f"parameter(s) provided are not required by pipeline: {name}"
    if name not in values:
        is_optional = inputs[name].get("isOptional", False)
        text = "is not optional, yet has neither default value nor user provided value"
        return "" if is_optional else f"parameter {name} {text}"
    wanted, value = parameter_type(inputs[name]), values[name]
    is_truth_value_misplaced = isinstance(value, bool) != (wanted is ParameterType.BOOLEAN)
    if is_truth_value_misplaced or not isinstance(value, _PYTHON_TYPES[wanted]):
        return f"input parameter {name} requires type {wanted}, but the value is {value!r}"
    return ""
