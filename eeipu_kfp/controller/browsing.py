"""The experiments that the controller tunes, for the page."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.controller import conditions
from eeipu_kfp.controller.conditions import Reason
from eeipu_kfp.controller.ledger import End
from eeipu_kfp.controller.reconciler import Reconciler
from eeipu_kfp.controller.resource import Resource
from eeipu_kfp.controller.session import Session
from eeipu_kfp.core.history import History
from eeipu_kfp.ui.snapshot import (
    ON_CLUSTER,
    RUNNING,
    Kind,
    Snapshot,
    Standing,
    UnknownExperimentError,
    ended,
)
from eeipu_kfp.ui.source import SnapshotSource, Source
from eeipu_kfp.ui.table import Question

_SUSPENDED = Standing(
    kind=Kind.WAITING,
    words="Suspended",
    message="No new trials until spec.suspend is false.",
)
_UNSEEN = Standing(kind=Kind.WAITING, words="Waiting", message="It has not been taken up yet.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """What a snapshot is made of.

    Attributes:
        uid: Tells the experiment from one of the same name before or after.
        generation: Counts the changes of its spec.
        standing: Where it stands, as its conditions say.
        history: Its trials, where it is at work; None where they are read from the ledger.
        end: How it has ended.
        shown: The version of the resource, where its trials are read from the ledger.
    """

    uid: str
    generation: int
    standing: Standing
    history: History | None
    end: End | None
    shown: str


class ControllerSnapshots:
    """Fulfils `Snapshots` with what the controller looks after; keys are `namespace:name`."""

    def __init__(
        self,
        find: Callable[[str, str], tuple[Resource, Reconciler] | None],
        keys: Callable[[], tuple[tuple[str, str], ...]],
        namespaces: tuple[str, ...],
    ) -> None:
        """Know where to look.

        Args:
            find: Returns an experiment by namespace and name; None where there is none.
            keys: Returns namespace and name of all experiments.
            namespaces: The namespaces that are tuned; empty for all.
        """
        self._find = find
        self._keys = keys
        self._namespaces = namespaces

    @property
    def place(self) -> str:
        """What people call it."""
        if not self._namespaces:
            return "all namespaces of this cluster"
        plural = "s" if len(self._namespaces) > 1 else ""
        return f"namespace{plural} {', '.join(self._namespaces)}"

    @property
    def beginning(self) -> str:
        """The command that begins an experiment there."""
        return ON_CLUSTER

    def keys(self) -> tuple[str, ...]:
        """Return the experiments, by namespace, the youngest first."""
        found = [self._find(*key) for key in self._keys()]
        resources = [pair[0] for pair in found if pair is not None]
        ordered = sorted(resources, key=lambda r: (r.namespace, -r.created_at, r.name))
        return tuple(key_of(resource.namespace, resource.name) for resource in ordered)

    def version(self, key: str) -> Hashable:
        """Return what the snapshot would be made of."""
        resource, reconciler = self._found(key)
        session = reconciler.session
        return _Version(
            uid=resource.uid,
            generation=resource.generation,
            standing=_standing(resource, session),
            history=None if session is None else session.history,
            end=None if session is None else session.end,
            shown=str(resource.body["metadata"].get("resourceVersion")) if session is None else "",
        )

    def snapshot(self, key: str) -> Snapshot:
        """Return an experiment at work, or one that was opened again to be read."""
        resource, reconciler = self._found(key)
        session = reconciler.session or reconciler.open(resource)
        opened = session.opened
        return Snapshot(
            key=key,
            namespace=resource.namespace,
            experiment=opened.experiment,
            pipeline=opened.pipeline.shape,
            history=session.history,
            standing=_standing(resource, session),
            runs=dict(opened.ledger.runs),
        )

    def _found(self, key: str) -> tuple[Resource, Reconciler]:
        namespace, _, name = key.partition(":")
        found = self._find(namespace, name)
        if found is None:
            message = f"no experiment `{name}` in namespace `{namespace}` is tuned here"
            raise UnknownExperimentError(message, hint="`kubectl get tune` shows those that are")
        return found


class Browser:
    """Answers what the page asks: of one namespace, as users may see that, or of all."""

    def __init__(self, snapshots: ControllerSnapshots, *, pipelines_url: str) -> None:
        self._source = SnapshotSource(
            snapshots, monotonic=time.monotonic, pipelines_url=pipelines_url
        )

    def everything(self) -> Source:
        """Return what the page of all experiments asks."""
        return self._source

    def experiments(self, namespace: str) -> list[dict[str, Any]]:
        """Return a line for each experiment of a namespace; its key there is its name."""
        lines = self._source.experiments(lambda key: key.startswith(f"{namespace}:"))
        return [{**line, "key": line["name"]} for line in lines["experiments"]]

    def experiment(self, namespace: str, name: str) -> dict[str, Any]:
        """Return what the page shows of an experiment."""
        return {**self._source.experiment(key_of(namespace, name)), "key": name}

    def trials(self, namespace: str, name: str, question: Question) -> dict[str, Any]:
        """Return some trials of an experiment."""
        return self._source.trials(key_of(namespace, name), question)


def key_of(namespace: str, name: str) -> str:
    """Return what tells an experiment apart."""
    return f"{namespace}:{name}"


def _standing(resource: Resource, session: Session | None) -> Standing:
    if session is not None and session.end is not None:
        return ended(session.end.stop)
    shown = {found["type"]: found for found in resource.status.get("conditions") or ()}
    ready = shown.get(conditions.READY)
    if ready is None:
        return _UNSEEN
    if ready["status"] != "True":
        kind = Kind.TROUBLED
        return Standing(kind=kind, words="Does not go on", message=str(ready.get("message", "")))
    return _SUSPENDED if resource.is_suspended else _going_on(shown.values())


def _going_on(shown: Any) -> Standing:
    """Return where an experiment stands that is well, also where its end is known by its status."""
    is_over = any(found["reason"] == Reason.FINISHED for found in shown)
    return Standing(kind=Kind.ENDED, words="Ended") if is_over else RUNNING
