"""Stage results as JSON documents, for the folder of a run.

A NaN or an infinity is written the way Python's own JSON writes it, so that it comes back as the
same float and the objective can be refused with its value.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.ports import StageResult
from eeipu_kfp.core.trial import Failure, StageOutcome


def encoded_result(result: StageResult) -> str:
    """Return the JSON text of a stage result."""
    return json.dumps(dataclasses.asdict(result))


def decoded_result(text: str) -> StageResult:
    """Return the stage result that a JSON text stands for.

    Raises:
        ValueError: The text is no JSON.
    """
    document = json.loads(text)
    outputs, failure = document.pop("outputs"), document.pop("failure")
    return StageResult(
        **{**document, "outcome": StageOutcome(document["outcome"])},
        outputs=_outputs(outputs) if outputs is not None else None,
        failure=Failure(**{**failure, "log": tuple(failure["log"])}) if failure else None,
    )


def _outputs(document: Mapping[str, Any]) -> StageOutputs:
    return StageOutputs(
        parameters=document["parameters"],
        artifacts={
            name: tuple(Artifact(**artifact) for artifact in artifacts)
            for name, artifacts in document["artifacts"].items()
        },
    )
