"""Views on the DAGs of a compiled pipeline (KFP 2 IR): tasks, what feeds them, their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from eeipu_kfp.errors import PipelineError

Spec: TypeAlias = Mapping[str, Any]
"""A message of the IR as plain JSON data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What one input of a task takes from another task.

    Attributes:
        input: The input's name.
        producer: The task that feeds it.
        output: The output it takes; empty where it takes the final status only.
        is_artifact: Whether it is an artifact.
    """

    input: str
    producer: str
    output: str
    is_artifact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A compiled pipeline: the IR, and the settings of its executors on a platform.

    Attributes:
        ir: The pipeline spec.
        platform: The platform spec; empty where there is none.
    """

    ir: Spec
    platform: Spec

    @property
    def tasks(self) -> Mapping[str, Spec]:
        """The tasks of the root DAG by name."""
        return tasks_of(self.ir["root"])

    def component(self, task: Spec) -> Spec:
        """Return the component that a task runs.

        Raises:
            PipelineError: The document has none of that name.
        """
        name = task.get("componentRef", {}).get("name", "")
        try:
            found: Spec = self.ir.get("components", {})[name]
        except KeyError:
            message = f"a task names the component `{name}`, which the compiled pipeline lacks"
            raise PipelineError(message, hint="compile the pipeline again") from None
        return found

    def executor(self, component: Spec) -> Spec:
        """Return how a component is executed; empty for a DAG."""
        executors = self.ir.get("deploymentSpec", {}).get("executors", {})
        found: Spec = executors.get(component.get("executorLabel", ""), {})
        return found

    def importer(self, task: Spec) -> Spec | None:
        """Return the importer that a task is; None for any other task."""
        return self.executor(self.component(task)).get("importer")


def tasks_of(component: Spec) -> Mapping[str, Spec]:
    """Return the tasks of a component's DAG by name; empty where it has none."""
    found: Mapping[str, Spec] = component.get("dag", {}).get("tasks", {})
    return found


def parameters_of(task: Spec) -> Mapping[str, Spec]:
    """Return how a task's parameter inputs are bound."""
    found: Mapping[str, Spec] = task.get("inputs", {}).get("parameters", {})
    return found


def artifacts_of(task: Spec) -> Mapping[str, Spec]:
    """Return how a task's artifact inputs are bound."""
    found: Mapping[str, Spec] = task.get("inputs", {}).get("artifacts", {})
    return found


def selectors(output: Spec) -> list[Spec]:
    """Return the outputs of inner tasks that an output of a DAG may come from."""
    one = output.get("valueFromParameter")
    several = output.get("valueFromOneof", {}).get("parameterSelectors", [])
    return [*([one] if one else []), *several, *output.get("artifactSelectors", [])]


def constant_of(binding: Spec) -> Any:
    """Return the constant that an input is bound to; None for any other binding."""
    runtime = binding.get("runtimeValue", {})
    return runtime.get("constant", runtime.get("constantValue"))


def feeds(task: Spec) -> Iterator[Feed]:
    """Yield what a task's inputs take from other tasks."""
    for name, binding in parameters_of(task).items():
        if "taskOutputParameter" in binding:
            source = binding["taskOutputParameter"]
            output = source["outputParameterKey"]
            yield Feed(
                input=name, producer=source["producerTask"], output=output, is_artifact=False
            )
        elif "taskFinalStatus" in binding:
            source = binding["taskFinalStatus"]
            yield Feed(input=name, producer=source["producerTask"], output="", is_artifact=False)
    for name, binding in artifacts_of(task).items():
        if "taskOutputArtifact" in binding:
            source = binding["taskOutputArtifact"]
            output = source["outputArtifactKey"]
            yield Feed(input=name, producer=source["producerTask"], output=output, is_artifact=True)


def upstream_of(task: Spec) -> tuple[str, ...]:
    """Return the tasks that a task takes something from or must follow, each once."""
    fed_by = (feed.producer for feed in feeds(task))
    return tuple(dict.fromkeys((*fed_by, *task.get("dependentTasks", ()))))


def ordered(tasks: Mapping[str, Spec]) -> tuple[str, ...]:
    """Return the tasks such that each comes after its upstream, otherwise as they are written.

    Raises:
        PipelineError: A task rests on an unknown task, or on itself through others.
    """
    upstream = {name: upstream_of(task) for name, task in tasks.items()}
    for name, found in upstream.items():
        _check_known(name, found, tasks)
    done: dict[str, None] = {}
    while len(done) < len(tasks):
        ready = next(
            (n for n in tasks if n not in done and all(u in done for u in upstream[n])), ""
        )
        if not ready:
            cycle = ", ".join(f"`{name}`" for name in tasks if name not in done)
            message = f"the tasks {cycle} wait for each other, but a pipeline must have no cycle"
            raise PipelineError(message, hint="compile the pipeline again with kfp 2")
        done[ready] = None
    return tuple(done)


def _check_known(name: str, upstream: Iterable[str], tasks: Mapping[str, Spec]) -> None:
    unknown = next((producer for producer in upstream if producer not in tasks), None)
    if unknown is not None:
        message = f"task `{name}` rests on `{unknown}`, which is no task beside it"
        raise PipelineError(message, hint="compile the pipeline again with kfp 2")
