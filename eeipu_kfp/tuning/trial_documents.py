"""Trials as JSON documents."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import LedgerError

SCHEMA = 2


def encode(trial: Trial, *, handle: str | None) -> bytes:
    """Return a trial and the handle of its run as the text of a JSON document."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "number": trial.number,
        "configuration": dict(trial.configuration),
        "state": trial.state.value,
        "stages": [asdict(record) for record in trial.stages],
        "objective": trial.objective,
        "failure": asdict(trial.failure) if trial.failure else None,
        "runs": trial.runs,
        "expected_cost": trial.expected_cost,
        "is_warm_up": trial.is_warm_up,
        "started_at": trial.started_at,
        "finished_at": trial.finished_at,
        "handle": handle,
    }
    return json.dumps(document, indent=1).encode()


def decode(data: bytes, *, name: str) -> tuple[Trial, str | None]:
    """Return what `encode` was given.

    Raises:
        LedgerError: The document is damaged or of a newer version; the message holds its name.
    """
    try:
        document = json.loads(data)
        if document["schema"] > SCHEMA:
            message = f"`{name}` has schema {document['schema']}, but at most {SCHEMA} can be read"
            raise LedgerError(message, hint="use the version of eeipu-kfp that wrote it")
        return _trial(_upgraded(document)), document["handle"]
    except (ValueError, KeyError, TypeError) as error:
        message = f"`{name}` is no readable trial document: {error!r}"
        raise LedgerError(message, hint="remove it to run that trial again") from error


def _upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of any schema as one of the newest: in the first, costs were seconds."""
    if document["schema"] > 1:
        return document
    return {**document, "expected_cost": document["expected_seconds"]}


def _trial(document: dict[str, Any]) -> Trial:
    failure = document["failure"]
    return Trial(
        number=document["number"],
        configuration=Configuration(document["configuration"]),
        state=TrialState(document["state"]),
        stages=tuple(_record(record) for record in document["stages"]),
        objective=document["objective"],
        failure=Failure(**{**failure, "log": tuple(failure["log"])}) if failure else None,
        runs=document["runs"],
        expected_cost=document["expected_cost"],
        is_warm_up=document["is_warm_up"],
        started_at=document["started_at"],
        finished_at=document["finished_at"],
    )


def _record(document: dict[str, Any]) -> StageRecord:
    return StageRecord(**{**document, "outcome": StageOutcome(document["outcome"])})
