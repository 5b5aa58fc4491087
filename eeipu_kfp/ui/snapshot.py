"""Experiments as the page sees them, wherever they are kept."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.suggestion import Stop
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.report.page import stop_words

ON_CLUSTER = "eeipu apply experiment.yaml"
"""The command that begins an experiment on a cluster."""


class UnknownExperimentError(InvalidValueError):
    """There is no experiment of that name where one was looked for."""


class Kind(StrEnum):
    """Where an experiment stands, as far as the page shows it by a mark of its own."""

    RUNNING = "running"
    WAITING = "waiting"
    ENDED = "ended"
    FAILED = "failed"
    TROUBLED = "troubled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an experiment stands.

    Attributes:
        kind: By which mark it is shown.
        words: The same in a word or two.
        message: What there is to say of that; empty for nothing.
    """

    kind: Kind
    words: str
    message: str = ""


RUNNING = Standing(kind=Kind.RUNNING, words="Running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An experiment at one moment.

    Attributes:
        key: Tells it apart on this page.
        experiment: What was asked for.
        pipeline: The stages.
        history: What became of it so far.
        standing: Where it stands.
        namespace: Where it lives on a cluster; empty on this machine.
        runs: The runs in Kubeflow Pipelines by trial number.
    """

    key: str
    experiment: Experiment
    pipeline: Pipeline
    history: History
    standing: Standing
    namespace: str = ""
    runs: Mapping[int, str] = field(default_factory=dict)


class Snapshots(Protocol):
    """A place that experiments are kept in; every method may be called from any thread."""

    @property
    def place(self) -> str:
        """What people call it."""
        ...

    @property
    def beginning(self) -> str:
        """The command that begins an experiment there."""
        ...

    def keys(self) -> tuple[str, ...]:
        """Return what tells its experiments apart, in the order to show them."""
        ...

    def version(self, key: str) -> Hashable:
        """Return something quickly that differs as soon as the snapshot would.

        Raises:
            UnknownExperimentError: There is no such experiment.
        """
        ...

    def snapshot(self, key: str) -> Snapshot:
        """Return an experiment as it is now.

        Raises:
            UnknownExperimentError: There is no such experiment.
            EeipuError: It cannot be read.
        """
        ...


def ended(stop: Stop) -> Standing:
    """Return where an experiment stands that has come to its end."""
    kind = Kind.FAILED if stop.is_failure else Kind.ENDED
    return Standing(kind=kind, words=stop_words(stop.reason), message=stop.message)
