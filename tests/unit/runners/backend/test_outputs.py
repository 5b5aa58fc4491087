from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.runners.backend.mlmd import MlmdReader
from eeipu_kfp.runners.backend.outputs import stage_outputs
from eeipu_kfp.runners.backend.runs import run_of
from eeipu_kfp.runners.backend.tasks import TaskKind, TaskRecord, TaskState, TaskTree
from tests.unit.runners.backend.recordings import recorded, recorded_answer, served
from tests.unit.runners.backend.test_tasks import record, root


def recorded_outputs(case: str) -> dict[str, StageOutputs]:
    """Return the outputs of every stage of a recorded run that has a record."""
    with served(recorded_answer(case)) as address:
        reader = MlmdReader(address)
        tree = TaskTree(reader.read("one"))
        reader.close()
    run = run_of(recorded(case, "run"))
    found = {name: tree.stage(name) for name in run.stages}
    return {
        name: stage_outputs(run.document, tree, record)
        for name, record in found.items()
        if record is not None
    }


def document(outputs: Mapping[str, Any], inner: Mapping[str, Any], **task: Any) -> Document:
    """Return a pipeline of one stage, which is a DAG with tasks of one component each."""
    declared: dict[str, Any] = {"artifacts": {"model": {"artifactType": {"schemaVersion": "2"}}}}
    components: dict[str, Any] = {
        f"comp-{name}": {"executorLabel": name, "outputDefinitions": {**declared, **found}}
        for name, found in inner.items()
    }
    tasks = {name: {"componentRef": {"name": f"comp-{name}"}} for name in inner}
    kinds = {
        kind: {key: {"parameterType": "NUMBER_INTEGER"} for key in found}
        for kind, found in outputs.items()
    }
    components["comp-stage"] = {
        "dag": {"tasks": tasks, "outputs": outputs},
        "outputDefinitions": kinds,
    }
    stage = {"componentRef": {"name": "comp-stage"}, **task}
    ir = {"root": {"dag": {"tasks": {"stage": stage}}}, "components": components}
    return Document(ir=ir, platform={})


def dag(number: int, name: str, parent: int, **changes: Any) -> TaskRecord:
    return record(number, name, parent, kind=TaskKind.DAG, **changes)


def model(name: str) -> tuple[Artifact, ...]:
    return (Artifact(uri=f"minio://b/{name}", type="system.Model"),)


def test_a_stage_has_parameters_and_artifacts() -> None:
    train = recorded_outputs("full")["train"]

    assert train.parameters == {"Output": 0.9199999999999999}
    (found,) = train.artifacts["model"]
    assert (found.type, found.schema_version) == ("system.Model", "0.0.1")


def test_metadata_are_those_of_the_component_with_integers_restored() -> None:
    (data,) = recorded_outputs("full")["prepare"].artifacts["data"]

    assert data.metadata == {"rows": 20, "origin": "synthetic"}
    assert isinstance(data.metadata["rows"], int)


def test_a_loop_puts_out_what_its_rounds_did() -> None:
    outputs = recorded_outputs("nested")["for-loop-2"]

    assert outputs.parameters == {"pipelinechannel--square-Output": [1, 4]}


def test_a_nested_pipeline_puts_out_what_it_passes_on() -> None:
    assert recorded_outputs("nested")["inner"].parameters == {"Output": 0.9199999999999999}


def test_a_condition_alone_puts_out_nothing() -> None:
    assert recorded_outputs("nested")["condition-3"] == StageOutputs()


@pytest.mark.parametrize(("taken", "expected"), [("a", 1), ("b", 2)])
def test_of_two_branches_the_one_that_was_taken_counts(taken: str, expected: int) -> None:
    selectors = [{"producerSubtask": name, "outputParameterKey": "Output"} for name in "ab"]
    outputs = {"parameters": {"found": {"valueFromOneof": {"parameterSelectors": selectors}}}}
    inner = {
        name: record(
            number + 2,
            name,
            2,
            state=TaskState.SUCCEEDED if name == taken else TaskState.SKIPPED,
            parameters={"Output": float(number)} if name == taken else {},
        )
        for number, name in ((1, "a"), (2, "b"))
    }
    stage = dag(2, "stage", 1)

    found = stage_outputs(
        document(outputs, {"a": {}, "b": {}}), TaskTree([root(), stage, *inner.values()]), stage
    )

    assert found.parameters == {"found": expected}
    assert isinstance(found.parameters["found"], int)


def test_a_loop_puts_out_a_list_of_artifacts_by_round() -> None:
    selectors = [{"producerSubtask": "a", "outputArtifactKey": "model"}]
    pipeline = document(
        {"artifacts": {"models": {"artifactSelectors": selectors}}}, {"a": {}}, parameterIterator={}
    )
    stage = dag(2, "stage", 1)
    rounds = [
        dag(3, "stage", 2, iteration=1),
        record(4, "a", 3, artifacts={"model": model("second")}),
        dag(5, "stage", 2, iteration=0),
        record(6, "a", 5, artifacts={"model": model("first")}),
    ]

    found = stage_outputs(pipeline, TaskTree([root(), stage, *rounds]), stage)

    assert [each.uri for each in found.artifacts["models"]] == [
        "minio://b/first",
        "minio://b/second",
    ]


def test_a_loop_without_rounds_puts_out_empty_lists() -> None:
    outputs = {
        "artifacts": {
            "models": {
                "artifactSelectors": [{"producerSubtask": "a", "outputArtifactKey": "model"}]
            }
        },
        "parameters": {
            "all": {"valueFromParameter": {"producerSubtask": "a", "outputParameterKey": "Output"}}
        },
    }
    stage = dag(2, "stage", 1)

    found = stage_outputs(
        document(outputs, {"a": {}}, parameterIterator={}), TaskTree([root(), stage]), stage
    )

    assert found == StageOutputs(parameters={"all": []}, artifacts={"models": ()})


def test_what_a_dag_has_noted_itself_is_taken() -> None:
    outputs = {"parameters": {"found": {}}}
    stage = dag(2, "stage", 1, parameters={"found": 3.0})

    found = stage_outputs(document(outputs, {}), TaskTree([root(), stage]), stage)

    assert found.parameters == {"found": 3}


def test_what_is_not_noted_is_left_out() -> None:
    selector = {"producerSubtask": "a", "outputParameterKey": "Output"}
    outputs = {"parameters": {"found": {"valueFromParameter": selector}}}
    stage = dag(2, "stage", 1)

    found = stage_outputs(document(outputs, {"a": {}}), TaskTree([root(), stage]), stage)

    assert found == StageOutputs()
