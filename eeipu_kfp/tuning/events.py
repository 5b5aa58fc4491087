"""What a tuning loop tells those who watch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import Stop, Suggestion
from eeipu_kfp.core.trial import StageRecord, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSuggested:
    """A trial has been suggested; nothing runs yet."""

    trial: Trial
    suggestion: Suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWaiting:
    """A trial waits for a stage that another trial computes."""

    trial: Trial
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLaunched:
    """A trial's run has started, or goes on after an interruption."""

    trial: Trial
    to_run: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEnded:
    """A stage of a trial has ended."""

    trial: Trial
    record: StageRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnded:
    """A trial has reached a terminal state."""

    trial: Trial
    history: History


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentEnded:
    """No more trials will run."""

    stop: Stop
    history: History


Event: TypeAlias = (
    TrialSuggested | TrialWaiting | TrialLaunched | StageEnded | TrialEnded | ExperimentEnded
)
Observer: TypeAlias = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Watch nothing."""
    del event
