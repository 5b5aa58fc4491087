"""Conditions: where an experiment stands, in words that scripts can rely on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

from eeipu_kfp.controller.api_server import ApiServerError
from eeipu_kfp.core.suggestion import Stop
from eeipu_kfp.errors import (
    EeipuError,
    InvalidValueError,
    LedgerError,
    PipelineError,
    RunnerError,
    SpecError,
    StoreError,
)
from eeipu_kfp.experiment import status

READY, COMPLETE, FAILED = "Ready", "Complete", "Failed"
BY_SPEC = "new trials are held back by `spec.suspend`"
BY_LAUNCHER = (
    "new trials are held back, since the pipeline run that waits for this experiment is gone: "
    "retry the run, or remove the annotation `eeipu.dev/launcher-expires` to go on without it"
)


class Reason(StrEnum):
    """Why a condition is as it is; `Complete` and `Failed` also take the reasons of a stop."""

    TUNING = "Tuning"
    """Ready: trials are suggested and followed."""
    FINISHED = "Finished"
    """Ready: there are no more trials."""
    RUNNING = "Running"
    """Not complete: trials go on."""
    SUSPENDED = "Suspended"
    """Not complete: new trials are held back by `spec.suspend`, or since the launcher is gone."""
    SPEC_INVALID = "SpecInvalid"
    """Not ready until a user acts: a field is wrong, or does not fit the pipeline."""
    PIPELINE_INVALID = "PipelineInvalid"
    """Not ready until a user acts: the pipeline cannot be read or run."""
    LEDGER_CONFLICT = "LedgerConflict"
    """Not ready until a user acts: the trials on record are of another experiment."""
    STORE_UNAVAILABLE = "StoreUnavailable"
    """Not ready for now: the object store does not answer; it is tried again."""
    PIPELINES_UNAVAILABLE = "PipelinesUnavailable"
    """Not ready for now: Kubeflow Pipelines does not answer; it is tried again."""
    WAITING = "Waiting"
    """Not ready for now: something beside the experiment is missing; it is tried again."""
    UNEXPECTED = "UnexpectedError"
    """Not ready for now: the controller has met a fault of its own; it is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One aspect of where an experiment stands.

    Attributes:
        type: `Ready`, `Complete` or `Failed`.
        holds: Whether it is true.
        reason: One word that says why.
        message: The same for people.
    """

    type: str
    holds: bool
    reason: str
    message: str


def tuning(*, held_back: str | None) -> tuple[Condition, ...]:
    """Return the conditions of an experiment whose trials go on, or are held back.

    Args:
        held_back: Why there are no new trials for now; None where nothing holds them back.
    """
    message, reason = "trials are suggested and followed", Reason.RUNNING
    if held_back is not None:
        message, reason = held_back, Reason.SUSPENDED
    return (
        Condition(type=READY, holds=True, reason=Reason.TUNING, message=message),
        Condition(type=COMPLETE, holds=False, reason=reason, message=message),
    )


def finished(stop: Stop) -> tuple[Condition, ...]:
    """Return the conditions of an experiment that has come to its end, or has failed."""
    ready = Condition(type=READY, holds=True, reason=Reason.FINISHED, message=stop.message)
    verdict = {"reason": stop.reason.value, "message": stop.message}
    if not stop.is_failure:
        return ready, Condition(type=COMPLETE, holds=True, **verdict)
    return (
        ready,
        Condition(type=COMPLETE, holds=False, **verdict),
        Condition(type=FAILED, holds=True, **verdict),
    )


def faulty(error: Exception, previous: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Return the conditions after a fault; all but `Ready` stay as they were."""
    told = str(error) if isinstance(error, EeipuError) else f"{type(error).__name__}: {error}"
    reason = reason_of(error)
    held = {found["type"]: found for found in previous}
    complete = held.get(COMPLETE, {"status": "False", "reason": reason, "message": told})
    kept = [complete, *([held[FAILED]] if FAILED in held else [])]
    return (
        Condition(type=READY, holds=False, reason=reason, message=told),
        *(
            Condition(
                type=found.get("type", COMPLETE),
                holds=found["status"] == "True",
                reason=found["reason"],
                message=found.get("message", ""),
            )
            for found in kept
        ),
    )


def reason_of(error: Exception) -> Reason:
    """Return the reason that a fault makes an experiment unready for."""
    kinds: tuple[tuple[type[Exception], Reason], ...] = (
        (SpecError, Reason.SPEC_INVALID),
        (InvalidValueError, Reason.SPEC_INVALID),
        (PipelineError, Reason.PIPELINE_INVALID),
        (LedgerError, Reason.LEDGER_CONFLICT),
        (StoreError, Reason.STORE_UNAVAILABLE),
        (ApiServerError, Reason.WAITING),
    )
    for kind, reason in kinds:
        if isinstance(error, kind):
            return reason
    if isinstance(error, RunnerError):
        return Reason.PIPELINES_UNAVAILABLE if error.retryable else Reason.PIPELINE_INVALID
    return Reason.UNEXPECTED


def shown(
    conditions: Iterable[Condition],
    previous: Iterable[Mapping[str, Any]],
    *,
    generation: int,
    now: float,
) -> tuple[status.Condition, ...]:
    """Return conditions as a status shows them.

    Args:
        conditions: What holds now.
        previous: What was shown before; a condition that has not turned keeps its time.
        generation: The generation of the spec that they are about.
        now: Seconds since the epoch.
    """
    held = {(found["type"], found["status"]): found["lastTransitionTime"] for found in previous}
    return tuple(
        status.Condition(
            type=found.type,
            status=_word(found),
            observed_generation=generation,
            last_transition_time=held.get((found.type, _word(found)), moment(now)),
            reason=found.reason,
            message=found.message,
        )
        for found in conditions
    )


def moment(seconds: float) -> datetime:
    """Return a time, given in seconds since the epoch, to the second as a status shows it."""
    return datetime.fromtimestamp(int(seconds), UTC)


def _word(condition: Condition) -> Literal["True", "False"]:
    return "True" if condition.holds else "False"
