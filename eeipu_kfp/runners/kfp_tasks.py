"""The tasks of a compiled pipeline, run one at a time by kfp.local.

All that this package knows about the inside of kfp.local is here. kfp.local itself runs a pipeline
as a whole and says nothing in between; the loop, the condition and the nested pipeline of one
top-level task stay its own.
"""

from __future__ import annotations

import builtins
import inspect
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from google.protobuf import json_format  # type: ignore[import-untyped]

from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.errors import RunnerError

try:
    from kfp import dsl, local
    from kfp.local import io, subprocess_task_handler, utils
    from kfp.local.orchestrator import enhanced_dag_orchestrator as orchestrator
    from kfp.local.orchestrator.orchestrator_utils import OrchestratorUtils
    from kfp.local.placeholder_utils import make_random_id
    from kfp.local.status import Status
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb
except ImportError as _error:
    _message = f"the local runner of kfp 2.17 cannot be loaded: {_error}"
    raise RunnerError(_message, hint="pip install kfp==2.17.0") from _error

_CHANNEL = "pipelinechannel--"
_FILELESS = {"system.Metrics", "system.ClassificationMetrics", "system.SlicedClassificationMetrics"}
_PRINT = builtins.print
_EXPECTED_PARAMETERS = {
    "execute_task": {"task_name", "task_spec", "io_store", "pipeline_root", "fail_stack"},
    "_run_parallel_for_task": {"task_name", "task_spec", "io_store", "parallel_executor"},
}

RunCommand = Callable[[Sequence[str], Mapping[str, str]], int]
"""Runs a component's command with extra environment variables and returns its exit code."""


class TaskError(Exception):
    """A task of the pipeline has failed; the text goes on after the task's name."""


class MissingOutputError(TaskError):
    """A task has ended without one of its declared outputs."""


class ChannelStore(io.IOStore):  # type: ignore[misc]  # kfp has no types
    """The values that tasks of one scope have put out, found by the name of a channel too.

    A condition or loop names a value `pipelinechannel--task-output`. kfp.local takes that name
    apart to find the task, which fails where the output has a name of its own.
    """

    def get_parent_input(self, key: str) -> Any:
        """Return an input of the scope, or the output that the channel of this name carries."""
        try:
            return super().get_parent_input(key)
        except ValueError:
            for task, outputs in self._task_output_data.items():
                for output, value in outputs.items():
                    if key == f"{_CHANNEL}{task}-{output}":
                        return value
            raise


class KfpTasks:
    """The top-level tasks of one trial pipeline.

    Attributes:
        order: The tasks that lead to the stages and the stages themselves, in the order to run.
    """

    def __init__(
        self,
        pipeline: Mapping[str, Any],
        arguments: Mapping[str, Any],
        *,
        stages: Sequence[str],
        run_name: str,
        outputs_path: Path,
    ) -> None:
        """Read a compiled pipeline.

        Raises:
            RunnerError: It is no KFP 2 pipeline, lacks a stage or an argument, or this version of
                kfp works differently.
        """
        _check_kfp()
        spec = _parsed(pipeline)
        self._tasks: Mapping[str, Any] = dict(spec.root.dag.tasks)
        self._components = dict(spec.components)
        self._executors = {
            name: utils.struct_to_executor_spec(executor)
            for name, executor in spec.deployment_spec["executors"].items()
        }
        self._run_name = run_name
        self._outputs_path = outputs_path
        self._job_id = make_random_id()
        self.order = tuple(self._ordered(stages))
        _drop_absent(spec.root, self._components, set(arguments))
        self._store = ChannelStore()
        inputs = OrchestratorUtils.join_user_inputs_and_defaults(
            dag_arguments=dict(arguments), dag_inputs_spec=spec.root.input_definitions
        )
        for name, value in inputs.items():
            self._store.put_parent_input(name, value)

    def is_wanted(self, task: str) -> bool:
        """Whether the condition that a task stands under, if any, is met."""
        condition = self._tasks[task].trigger_policy.condition
        scope = self._scope(task)
        return bool(orchestrator.ConditionEvaluator.evaluate_condition(condition, scope))

    def runs_after_failure(self, task: str) -> bool:
        """Whether a task asks to run even where an earlier one has failed."""
        strategies = pb.PipelineTaskSpec.TriggerPolicy.TriggerStrategy
        strategy = self._tasks[task].trigger_policy.strategy
        return bool(strategy == strategies.ALL_UPSTREAM_TASKS_COMPLETED)

    def execute(self, task: str, run_command: RunCommand) -> StageOutputs:
        """Run a task with everything inside it and return what it has put out.

        Raises:
            TaskError: A component in it failed.
            MissingOutputError: It has ended without a declared output.
        """
        self._prepare(run_command)
        is_loop = bool(self._tasks[task].WhichOneof("iterator"))
        succeeded = self._run_loop(task) if is_loop else self._run_plain(task)
        self._store.put_task_status(task, "SUCCEEDED" if succeeded else "FAILED")
        if not succeeded:
            message = "failed in one of its components"
            raise TaskError(message)
        return self._outputs(task, is_loop=is_loop)

    def _ordered(self, stages: Sequence[str]) -> Iterator[str]:
        seen: set[str] = set()

        def visited(task: str) -> Iterator[str]:
            if task in self._tasks and task not in seen:
                seen.add(task)
                for upstream in self._tasks[task].dependent_tasks:
                    yield from visited(upstream)
                yield task

        for stage in stages:
            if stage not in self._tasks:
                message = f"the trial pipeline has no stage `{stage}`"
                raise RunnerError(message)
            yield from visited(stage)

    def _prepare(self, run_command: RunCommand) -> None:
        # kfp.local's loops patch `print` and the root logger from two threads at once and may
        # leave them patched; a worker that runs many trials must not pile that up.
        builtins.print = _PRINT
        logging.getLogger().handlers.clear()
        io.IOStore = ChannelStore
        subprocess_task_handler.run_local_subprocess = lambda full_command, env_vars=None: (
            run_command(full_command, env_vars or {})
        )
        workspace = self._outputs_path / "workspace"
        workspace.mkdir(parents=True, exist_ok=True)
        local.init(
            local.SubprocessRunner(use_venv=False),
            pipeline_root=str(self._outputs_path),
            workspace_root=str(workspace),
        )

    def _scope(self, task: str) -> ChannelStore:
        scope = ChannelStore(parent=self._store)
        inputs = pb.TaskInputsSpec()
        for name, source in self._tasks[task].inputs.parameters.items():
            if name.startswith(_CHANNEL):
                inputs.parameters[name].CopyFrom(source)
        for name, value in OrchestratorUtils.make_task_arguments(inputs, self._store).items():
            scope.put_parent_input(name, value)
        return scope

    def _call(self, task: str) -> dict[str, Any]:
        return {
            "task_name": task,
            "task_spec": self._tasks[task],
            "pipeline_resource_name": self._run_name,
            "components": self._components,
            "executors": self._executors,
            # One root a stage: two nested pipelines that share a component would otherwise write
            # to the same place.
            "pipeline_root": str(self._outputs_path / task),
            "runner": local.SubprocessRunner(use_venv=False),
            "unique_pipeline_id": self._job_id,
            "fail_stack": [],
        }

    def _run_plain(self, task: str) -> bool:
        outputs, status = orchestrator.execute_task(**self._call(task), io_store=self._scope(task))
        for name, output in outputs.items():
            self._store.put_task_output(task, name, output)
        return bool(status == Status.SUCCESS)

    def _run_loop(self, task: str) -> bool:
        scope = self._scope(task)
        call = self._call(task)
        call["task_spec"] = _reading_from_scope(self._tasks[task])
        failed = orchestrator._run_parallel_for_task(  # noqa: SLF001  # kfp has no public way
            **call, io_store=scope, parallel_executor=orchestrator.ParallelExecutor()
        )
        for name in self._declared(task):
            # A loop over nothing puts out empty lists.
            value = scope._task_output_data[task].get(name, [])  # noqa: SLF001
            self._store.put_task_output(task, name, value)
        return not failed

    def _declared(self, task: str) -> tuple[str, ...]:
        declared = self._components[self._tasks[task].component_ref.name].output_definitions
        return (*declared.parameters, *declared.artifacts)

    def _outputs(self, task: str, *, is_loop: bool) -> StageOutputs:
        declared = self._components[self._tasks[task].component_ref.name].output_definitions
        found = {name: self._output(task, name) for name in self._declared(task)}
        return StageOutputs(
            parameters={
                name: _typed(found[name], declared.parameters[name], is_list=is_loop)
                for name in declared.parameters
            },
            artifacts={
                name: tuple(_artifact(item) for item in _flat(found[name]))
                for name in declared.artifacts
            },
        )

    def _output(self, task: str, name: str) -> Any:
        try:
            value = self._store.get_task_output(task, name)
        except ValueError as error:
            message = f"ended without writing its output `{name}`"
            raise MissingOutputError(message) from error
        absent = [a for a in _flat(value) if isinstance(a, dsl.Artifact) and not _is_written(a)]
        if value is None or absent:
            where = f", expected at {absent[0].path}" if absent else ""
            message = f"ended without writing its output `{name}`{where}"
            raise MissingOutputError(message)
        return value


def _check_kfp() -> None:
    for name, expected in _EXPECTED_PARAMETERS.items():
        found = getattr(orchestrator, name, None)
        if found is None or not expected <= set(inspect.signature(found).parameters):
            message = f"`kfp.local` has changed: `{name}` is not as expected"
            raise RunnerError(message, hint="install kfp 2.17.0")


def _parsed(pipeline: Mapping[str, Any]) -> Any:
    try:
        spec = json_format.ParseDict(dict(pipeline), pb.PipelineSpec(), ignore_unknown_fields=True)
    except json_format.ParseError as error:
        message = f"the trial pipeline is no compiled KFP 2 pipeline: {error}"
        raise RunnerError(message) from error
    if "executors" not in spec.deployment_spec:
        message = "the trial pipeline has no executors, so there is nothing to run"
        raise RunnerError(message)
    return spec


def _drop_absent(dag: Any, components: Mapping[str, Any], given: set[str]) -> None:
    """Take out inputs that got no value, so that components fall back on their own defaults."""
    inputs = dag.input_definitions.parameters
    absent = {
        name
        for name, spec in inputs.items()
        if name not in given and not spec.default_value.WhichOneof("kind")
    }
    for name in absent:
        if not inputs[name].is_optional:
            message = f"pipeline input `{name}` has no value and no default"
            raise RunnerError(message, hint="give it under `arguments`")
        del inputs[name]
    for task in dag.dag.tasks.values():
        _drop_absent_inputs(task, components, absent)


def _drop_absent_inputs(task: Any, components: Mapping[str, Any], absent: set[str]) -> None:
    fed = {name: inp.component_input_parameter for name, inp in task.inputs.parameters.items()}
    for name, source in fed.items():
        if source in absent:
            del task.inputs.parameters[name]
    component = components[task.component_ref.name]
    if absent.intersection(fed.values()) and component.WhichOneof("implementation") == "dag":
        _drop_absent(component, components, set(task.inputs.parameters))


def _reading_from_scope(task: Any) -> Any:
    # kfp.local hands the loop item to every input that another task feeds; read from the scope
    # instead, these inputs keep their own values.
    changed = pb.PipelineTaskSpec()
    changed.CopyFrom(task)
    for name, inp in changed.inputs.parameters.items():
        if inp.HasField("task_output_parameter") and name.startswith(_CHANNEL):
            inp.component_input_parameter = name
    return changed


def _typed(value: Any, declared: Any, *, is_list: bool) -> Any:
    if is_list:
        return [_typed(item, declared, is_list=False) for item in value]
    if declared.parameter_type == pb.ParameterType.NUMBER_INTEGER and isinstance(value, float):
        return int(value)
    return value


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _is_written(artifact: Any) -> bool:
    is_local = "://" not in artifact.uri
    needs_file = artifact.schema_title not in _FILELESS and not artifact.metadata
    return not (is_local and needs_file) or Path(artifact.path).exists()


def _artifact(artifact: Any) -> Artifact:
    return Artifact(
        uri=artifact.uri,
        type=artifact.schema_title,
        schema_version=artifact.schema_version,
        metadata=dict(artifact.metadata),
    )
