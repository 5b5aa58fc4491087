"""The experiments in a folder of this machine, for the page."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.errors import LedgerError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import check_document
from eeipu_kfp.local.workspace import Workspace
from eeipu_kfp.tuning.trial_documents import decode
from eeipu_kfp.ui.snapshot import (
    RUNNING,
    Kind,
    Snapshot,
    Standing,
    UnknownExperimentError,
    ended,
)

_LEDGER, _TRIALS = "ledger", "trials/"
_INTERRUPTED = Standing(
    kind=Kind.WAITING,
    words="Interrupted",
    message="Nobody is tuning it at this moment; `eeipu run` goes on from here.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What a snapshot is made of, as far as a glance at the folder tells.

    Attributes:
        document: When the document was written, in nanoseconds; None where there is none.
        trials: When the folder of the trials was changed, which every write of one does.
        end: When the end was noted.
        is_busy: Whether a process is tuning it.
    """

    document: int | None
    trials: int | None
    end: int | None
    is_busy: bool


class FolderSnapshots:
    """Fulfils `Snapshots` with the folder that `eeipu run` keeps experiments in."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._meant: dict[str, tuple[int | None, Experiment, Pipeline]] = {}
        self._read: dict[str, dict[str, tuple[str, Trial]]] = {}

    @property
    def place(self) -> str:
        """What people call it."""
        return f"folder {self._directory}"

    @property
    def beginning(self) -> str:
        """The command that begins an experiment there."""
        return "eeipu run experiment.yaml"

    def keys(self) -> tuple[str, ...]:
        """Return the names of the experiments, the one that was begun last first."""
        if not self._directory.is_dir():
            return ()
        found = [
            (_changed_at(folder / _LEDGER / "experiment.json"), folder.name)
            for folder in self._directory.iterdir()
        ]
        known = [(at, name) for at, name in found if at is not None]
        return tuple(name for _, name in sorted(known, key=lambda pair: (-pair[0], pair[1])))

    def version(self, key: str) -> Hashable:
        """Return when what the snapshot would be made of was changed last."""
        return self._state(self._workspace(key))

    def snapshot(self, key: str) -> Snapshot:
        """Return an experiment as its folder has it now."""
        workspace = self._workspace(key)
        state = self._state(workspace)
        experiment, pipeline = self._meaning(key, workspace, state)
        trials = self._trials(key, workspace)
        stop = workspace.stop()
        return Snapshot(
            key=key,
            experiment=experiment,
            pipeline=pipeline,
            history=History(objective=experiment.objective, trials=trials),
            standing=ended(stop) if stop else RUNNING if state.is_busy else _INTERRUPTED,
        )

    def _workspace(self, key: str) -> Workspace:
        # A key comes from an address, and must not lead out of the folder.
        if key not in self.keys():
            message = f"there is no experiment `{key}` in {self.place}"
            raise UnknownExperimentError(message, hint="`eeipu run` makes one")
        return Workspace(folder=self._directory / key)

    def _state(self, workspace: Workspace) -> _State:
        ledger = workspace.folder / _LEDGER
        return _State(
            document=_changed_at(workspace.document),
            trials=_changed_at(ledger / _TRIALS),
            end=_changed_at(ledger / "end.json"),
            is_busy=workspace.is_busy,
        )

    def _meaning(
        self, key: str, workspace: Workspace, state: _State
    ) -> tuple[Experiment, Pipeline]:
        held = self._meant.get(key)
        if held is None or held[0] != state.document:
            held = state.document, *_read_document(workspace.document)
            self._meant[key] = held
        return held[1], held[2]

    def _trials(self, key: str, workspace: Workspace) -> tuple[Trial, ...]:
        """Return all trials; only those that have changed are read."""
        store = DirectoryStore(workspace.folder / _LEDGER)
        held = self._read.get(key, {})
        found: dict[str, tuple[str, Trial]] = {}
        for info in store.list(_TRIALS):
            known = held.get(info.name)
            if known is None or known[0] != info.etag:
                known = info.etag, decode(store.get(info.name), name=info.name)[0]
            found[info.name] = known
        self._read[key] = found
        return tuple(trial for _, trial in found.values())


def _read_document(path: Path) -> tuple[Experiment, Pipeline]:
    """Return what an experiment is.

    Raises:
        LedgerError: The folder does not tell.
    """
    try:
        document = check_document(json.loads(path.read_text("utf-8")), source=str(path))
    except FileNotFoundError as error:
        message = f"there is no {path}, which says what the experiment is"
        raise LedgerError(message, hint="`eeipu run` writes it, also where all is done") from error
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        raise LedgerError(message, hint="`eeipu run` writes it again") from error
    pipeline = load_pipeline(document.spec.pipeline.inline or "").shape
    return resolve(document, pipeline), pipeline


def _changed_at(path: Path) -> int | None:
    """Return when a file was written, in nanoseconds; None where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
