"""What the page asks for, and where it is answered from snapshots."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from eeipu_kfp.errors import EeipuError
from eeipu_kfp.report.page import sections
from eeipu_kfp.ui import overview
from eeipu_kfp.ui.snapshot import Snapshot, Snapshots, UnknownExperimentError
from eeipu_kfp.ui.table import Question, page_of

Document: TypeAlias = dict[str, Any]

_LONGEST_READING_SECONDS = 1.0
_KEPT = 8


class Source(Protocol):
    """What the page shows, as plain data; every method may be called from any thread."""

    def experiments(self) -> Document:
        """Return the place, how one begins there, and a line for each experiment in it.

        Raises:
            EeipuError: The place cannot be looked at.
        """
        ...

    def experiment(self, key: str) -> Document:
        """Return one experiment: its line, and its figures as HTML.

        Raises:
            UnknownExperimentError: There is no such experiment.
            EeipuError: It cannot be read.
        """
        ...

    def trials(self, key: str, question: Question) -> Document:
        """Return some trials of an experiment.

        Raises:
            UnknownExperimentError: There is no such experiment.
            InvalidValueError: The question makes no sense.
            EeipuError: It cannot be read.
        """
        ...


class SnapshotSource:
    """Fulfils `Source` from snapshots; what has not changed is neither read nor drawn again."""

    def __init__(
        self,
        snapshots: Snapshots,
        *,
        monotonic: Callable[[], float],
        pipelines_url: str = "",
    ) -> None:
        """Show what is kept at a place.

        Args:
            snapshots: The place.
            monotonic: Returns seconds that only grow.
            pipelines_url: Where people reach Kubeflow Pipelines, for links to runs; empty for none.
        """
        self._snapshots = snapshots
        self._monotonic = monotonic
        self._pipelines_url = pipelines_url
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._lines: dict[str, tuple[Hashable, Document]] = {}
        self._held: OrderedDict[str, tuple[Hashable, Snapshot]] = OrderedDict()
        self._drawn: OrderedDict[str, tuple[Hashable, Document]] = OrderedDict()

    def experiments(self, is_wanted: Callable[[str], bool] = lambda _: True) -> Document:
        """Return the place, how one begins there, and a line for each experiment in it.

        Reading many for the first time may take long: some are then left for the next call.

        Args:
            is_wanted: Whether the experiment of a key is asked for.
        """
        patience = _Patience(monotonic=self._monotonic)
        keys = self._snapshots.keys()
        lines = [self._line(key, patience) for key in keys if is_wanted(key)]
        self._forget_all_but(keys)
        shown = [line for line in lines if line is not None]
        place, beginning = self._snapshots.place, self._snapshots.beginning
        return {"place": place, "beginning": beginning, "experiments": shown}

    def experiment(self, key: str) -> Document:
        """Return one experiment: its line, and its figures as HTML."""
        with self._lock_of(key):
            version = self._snapshots.version(key)
            drawn = self._drawn.get(key)
            if drawn is None or drawn[0] != version:
                drawn = version, self._draw(self._snapshot(key, version))
                self._keep(self._drawn, key, drawn)
            return drawn[1]

    def trials(self, key: str, question: Question) -> Document:
        """Return some trials of an experiment."""
        with self._lock_of(key):
            snapshot = self._snapshot(key, self._snapshots.version(key))
        return {**page_of(snapshot, question), "pipelinesUrl": self._pipelines_url}

    def _draw(self, snapshot: Snapshot) -> Document:
        standing = snapshot.standing
        return {
            **overview.line_of(snapshot),
            "sections": sections(
                snapshot.experiment,
                snapshot.pipeline,
                snapshot.history,
                state=standing.words,
                message=standing.message,
            ),
        }

    def _line(self, key: str, patience: _Patience) -> Document | None:
        """Return an experiment's line; None where it has just gone."""
        try:
            version = self._snapshots.version(key)
            held = self._lines.get(key)
            if held is not None and held[0] == version:
                return held[1]
            if patience.left_seconds <= 0:
                return held[1] if held else overview.unread(key)
            return patience.spend(lambda: self._read_line(key, version))
        except UnknownExperimentError:
            return None
        except EeipuError as error:
            return overview.unreadable(key, error)

    def _read_line(self, key: str, version: Hashable) -> Document:
        try:
            with self._lock_of(key):
                line = overview.line_of(self._snapshot(key, version))
        except UnknownExperimentError:
            raise
        except EeipuError as error:
            if error.retryable:
                raise
            line = overview.unreadable(key, error)
        self._lines[key] = version, line
        return line

    def _snapshot(self, key: str, version: Hashable) -> Snapshot:
        held = self._held.get(key)
        if held is None or held[0] != version:
            held = version, self._snapshots.snapshot(key)
            self._keep(self._held, key, held)
        return held[1]

    def _lock_of(self, key: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())

    def _keep(
        self,
        held: OrderedDict[str, tuple[Hashable, Any]],
        key: str,
        found: tuple[Hashable, Any],
    ) -> None:
        """Keep something, and of all only what was kept last: an experiment takes up megabytes."""
        with self._lock:
            held[key] = found
            held.move_to_end(key)
            while len(held) > _KEPT:
                held.popitem(last=False)

    def _forget_all_but(self, keys: tuple[str, ...]) -> None:
        for key in self._lines.keys() - set(keys):
            self._lines.pop(key, None)


@dataclass(slots=True, kw_only=True)
class _Patience:
    """The time that reading may take; the first reading always gets its turn.

    Attributes:
        monotonic: Returns seconds that only grow.
        left_seconds: How much is left.
    """

    monotonic: Callable[[], float]
    left_seconds: float = _LONGEST_READING_SECONDS

    def spend(self, read: Callable[[], Document]) -> Document:
        """Read something, and count how long that takes."""
        begun = self.monotonic()
        try:
            return read()
        finally:
            self.left_seconds -= self.monotonic() - begun
