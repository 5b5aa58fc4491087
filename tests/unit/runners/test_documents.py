from __future__ import annotations

import math

import pytest

from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.ports import StageResult
from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.runners.documents import decoded_result, encoded_result

_MODEL = Artifact(uri="/tmp/model", type="system.Model", metadata={"depth": 3, "tags": ["a"]})


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(
            StageResult(
                stage="train",
                outcome=StageOutcome.EXECUTED,
                seconds=0.1,
                overhead_seconds=0.01,
                started_at=12.5,
                outputs=StageOutputs(
                    parameters={"n": 3, "x": 0.1, "yes": True, "names": ["ä"], "more": {"k": 1}},
                    artifacts={"model": (_MODEL,), "parts": (_MODEL, _MODEL), "none": ()},
                ),
            ),
            id="executed",
        ),
        pytest.param(
            StageResult(
                stage="train",
                outcome=StageOutcome.FAILED,
                seconds=0.0,
                failure=Failure(message="no luck", stage="train", log=("one", "two")),
            ),
            id="failed",
        ),
        pytest.param(
            StageResult(stage="train", outcome=StageOutcome.SKIPPED, seconds=0.0), id="skipped"
        ),
    ],
)
def test_a_result_survives_its_document(result: StageResult) -> None:
    assert decoded_result(encoded_result(result)) == result


@pytest.mark.parametrize("value", [math.nan, math.inf], ids=["nan", "infinity"])
def test_a_number_that_is_not_finite_survives_its_document(value: float) -> None:
    result = StageResult(
        stage="train",
        outcome=StageOutcome.EXECUTED,
        seconds=1.0,
        outputs=StageOutputs(parameters={"loss": value}),
    )

    outputs = decoded_result(encoded_result(result)).outputs

    assert outputs is not None
    assert str(outputs.parameters["loss"]) == str(value)
