"""The ledger: one JSON document a trial in an object store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from eeipu_kfp.core.ports import ObjectStore
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.errors import LedgerError, MissingObjectError
from eeipu_kfp.tuning.trial_documents import decode, encode

_TRIALS = "trials/"
_EXPERIMENT = "experiment.json"
_END = "end.json"


class ObjectLedger:
    """The record of one experiment, in a store of its own."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def append(self, trial: Trial, *, handle: str | None = None) -> None:
        """Record a trial as it is now, and the handle of its run."""
        self._store.put(f"{_TRIALS}{trial.number:06d}.json", encode(trial, handle=handle))

    def load(self) -> tuple[tuple[Trial, str | None], ...]:
        """Return every trial with its run's handle, by number.

        Raises:
            LedgerError: A document is damaged.
        """
        names = [found.name for found in self._store.list(_TRIALS)]
        return tuple(decode(self._store.get(name), name=name) for name in names)

    @property
    def is_empty(self) -> bool:
        """Whether no trial was ever recorded, and so no run started."""
        return next(iter(self._store.list(_TRIALS)), None) is None

    def claim(self, identity: Mapping[str, Any]) -> None:
        """Note what the experiment is, or make sure that the ledger holds this very one.

        Args:
            identity: Everything about an experiment that must not change while it lasts.

        Raises:
            LedgerError: The ledger belongs to an experiment that differs; the message says where.
        """
        held = self.identity
        if held is None:
            self._store.put(_EXPERIMENT, json.dumps(identity, indent=1, sort_keys=True).encode())
            return
        differing = [part for part in identity if held.get(part) != identity[part]]
        if differing:
            parts = ", ".join(f"`{part}`" for part in differing)
            where = self._store.uri("")
            message = f"{where} holds another experiment: it differs in {parts}"
            raise LedgerError(
                message,
                hint="give this one another name (stages that did not change are still reused), "
                "or another directory",
            )

    def close(self, end: Mapping[str, Any]) -> None:
        """Note how the experiment ended."""
        self._store.put(_END, json.dumps(end, indent=1).encode())

    def reopen(self) -> None:
        """Forget an end: the experiment goes on."""
        self._store.delete(_END)

    @property
    def end(self) -> Mapping[str, Any] | None:
        """How the experiment ended; None while it has not."""
        return self.read(_END)

    @property
    def identity(self) -> Mapping[str, Any] | None:
        """What the experiment is; None in an empty ledger."""
        return self.read(_EXPERIMENT)

    def read(self, name: str) -> Mapping[str, Any] | None:
        """Return a JSON document beside the trials; None if there is none.

        Raises:
            LedgerError: It is damaged.
        """
        try:
            document = json.loads(self._store.get(name))
        except MissingObjectError:
            return None
        except ValueError as error:
            message = f"`{name}` is no readable document: {error}"
            raise LedgerError(message) from error
        return document if isinstance(document, dict) else None
