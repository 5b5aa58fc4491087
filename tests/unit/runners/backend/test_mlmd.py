from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest

from eeipu_kfp.core.outputs import Artifact
from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.runners.backend.mlmd import MlmdReader
from eeipu_kfp.runners.backend.tasks import TaskKind, TaskRecord, TaskState
from tests.kfp_double.messages import message, message_class
from tests.unit.runners.backend.recordings import Answer, recorded_answer, served


@contextmanager
def reading(answer: Answer) -> Iterator[MlmdReader]:
    with served(answer) as address:
        reader = MlmdReader(address)
        yield reader
        reader.close()


def read(answer: Answer) -> dict[str, TaskRecord]:
    with reading(answer) as reader:
        return {record.name: record for record in reader.read("one")}


def execution_with(**properties: Any) -> Answer:
    """Answer with one execution that has these custom properties."""

    def answer(method: str) -> Any:
        found = message_class(f"{method}Response")()
        if method == "GetContextByTypeAndName":
            found.context.id = 1
        if method == "GetExecutionsByContext":
            execution = found.executions.add(id=2, last_known_state=3)
            for name, content in properties.items():
                execution.custom_properties[name].CopyFrom(content)
        return found

    return answer


def test_a_recorded_run_is_read() -> None:
    records = read(recorded_answer("full"))

    assert list(records) == ["", "prepare", "train", "evaluate"]
    assert records[""].kind is TaskKind.DAG
    assert records[""].state is TaskState.RUNNING
    assert records[""].ended_at is None
    train = records["train"]
    assert (train.kind, train.state) == (TaskKind.CONTAINER, TaskState.SUCCEEDED)
    assert train.parent == records[""].id
    assert train.started_at == 1795481846.62
    assert train.ended_at == pytest.approx(1795481855.776)
    assert train.parameters == {"Output": 0.9199999999999999}
    (model,) = train.artifacts["model"]
    assert model.type == "system.Model"
    assert model.uri.startswith("minio://mlpipeline/eeipu/recorded/runs/three-stages/")
    assert model.metadata["framework"] == "none"


def test_a_log_is_no_output() -> None:
    records = read(recorded_answer("full"))

    assert list(records["prepare"].artifacts) == ["data"]
    assert records["prepare"].log_uri.endswith("/executor-logs-0")


def test_inputs_are_no_outputs() -> None:
    assert list(read(recorded_answer("full"))["evaluate"].artifacts) == ["metrics"]


def test_an_importer_is_told_from_a_container() -> None:
    records = read(recorded_answer("cut"))

    assert records["cached-prepare-data"].kind is TaskKind.IMPORTER
    assert isinstance(records["cached-prepare-data"].artifacts["artifact"][0], Artifact)


def test_a_failed_stage_has_a_log_and_no_outputs() -> None:
    train = read(recorded_answer("failing"))["train"]

    assert train.state is TaskState.FAILED
    assert train.ended_at is not None
    assert train.artifacts == {}
    assert train.log_uri.endswith("/executor-logs-0")


def test_a_killed_stage_goes_on_for_ever() -> None:
    states = [record.state for record in read(recorded_answer("terminated")).values()]

    assert states.count(TaskState.RUNNING) == 2


def test_a_run_that_has_no_context_yet_has_no_tasks() -> None:
    def answer(method: str) -> Any:
        return message("GetContextByTypeAndNameResponse")

    with reading(answer) as reader:
        assert reader.read("one") == ()


def test_a_run_that_is_not_found_has_no_tasks() -> None:
    with reading(lambda _: grpc.StatusCode.NOT_FOUND) as reader:
        assert reader.read("one") == ()


def test_values_come_as_plain_data() -> None:
    outputs = message("Value")
    outputs.struct_value.update(
        {
            "loss": float("nan"),
            "names": ["a", {"b": 1}],
            "good": True,
            "nothing": None,
        }
    )
    index, parent = message("Value", int_value=0), message("Value", int_value=7)

    record = read(execution_with(outputs=outputs, iteration_index=index, parent_dag_id=parent))[""]

    assert str(record.parameters["loss"]) == "nan"
    assert record.parameters["names"] == ["a", {"b": 1.0}]
    assert record.parameters["good"] is True
    assert record.parameters["nothing"] is None
    assert (record.iteration, record.parent) == (0, "7")


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED])
def test_a_store_that_is_busy_may_answer_later(code: grpc.StatusCode) -> None:
    with (
        reading(lambda _: code) as reader,
        pytest.raises(RunnerUnavailableError, match=f"{code.name}: as the test wants it"),
    ):
        reader.read("one")


def test_a_refusal_is_told() -> None:
    with (
        reading(lambda _: grpc.StatusCode.INVALID_ARGUMENT) as reader,
        pytest.raises(RunnerError, match="INVALID_ARGUMENT") as caught,
    ):
        reader.read("one")

    assert not caught.value.retryable


def test_a_store_that_is_away_may_come_back() -> None:
    with served(recorded_answer("full")) as address:
        reader = MlmdReader(address)

    with pytest.raises(RunnerUnavailableError, match="metadata-grpc-service"):
        reader.read("one")
    reader.close()
