"""What people ask of experiments and of the cache, without credentials for the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.controller.opening import Tools
from eeipu_kfp.controller.reconciler import Reconciler
from eeipu_kfp.controller.resource import Resource
from eeipu_kfp.controller.session import Session
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.experiment.literals import size_bytes
from eeipu_kfp.export.contents import Contents
from eeipu_kfp.export.document import document_of
from eeipu_kfp.report import entries as listing
from eeipu_kfp.report.explanation import Explainer
from eeipu_kfp.report.page import render
from eeipu_kfp.ui.snapshot import UnknownExperimentError


class Readings:
    """Answers questions; every method may take seconds and may be called from any thread.

    Every method raises UnknownExperimentError where an experiment is asked about that is not
    tuned here, InvalidValueError where a question makes no sense, and the errors of the store.
    """

    def __init__(
        self,
        tools: Tools,
        find: Callable[[str, str], tuple[Resource, Reconciler] | None],
        serves: Callable[[str], bool],
    ) -> None:
        """Know where to look.

        Args:
            tools: The store, and what opens experiments.
            find: Returns an experiment by namespace and name; None where there is none.
            serves: Whether this controller tunes the experiments of a namespace.
        """
        self._tools = tools
        self._find = find
        self._serves = serves

    def result(self, namespace: str, name: str) -> dict[str, Any]:
        """Return where an experiment stands, with all its trials."""
        found = self._session(namespace, name).result()
        return {**found.document(), "trialList": found.trials}

    def report(self, namespace: str, name: str) -> str:
        """Return an experiment's report page as HTML."""
        session = self._session(namespace, name)
        end = session.end
        return render(
            session.opened.experiment,
            session.opened.pipeline.shape,
            session.history,
            generated_at=self._tools.clock.now(),
            stop=None if end is None else (end.stop.reason, end.stop.message),
        )

    def export(self, namespace: str, name: str) -> dict[str, Any]:
        """Return an experiment with all its trials and stage runs, as `eeipu export` writes it."""
        session = self._session(namespace, name)
        end, opened = session.end, session.opened
        stop = None if end is None else end.stop
        shape = opened.pipeline.shape
        return document_of(Contents.of(opened.experiment, shape, session.history, stop))

    def log(self, namespace: str, name: str, trial: int, stage: str | None) -> str:
        """Return what the stages of a trial have written last, or one of them."""
        session = self._session(namespace, name)
        known = {found.number: found for found in session.history.trials}
        if trial not in known:
            message = f"there is no trial {trial}; there are {len(known)}"
            raise InvalidValueError(message)
        opened = session.opened
        run = opened.ledger.runs.get(trial)
        if run is None:
            return f"trial {trial} has had no run: all its stages were cached, or it waits\n"
        stages = opened.pipeline.shape.names if stage is None else (stage,)
        logs = {name: opened.runner.log(run, name) for name in stages}
        failure = known[trial].failure
        if failure is not None and failure.stage in logs and not logs[failure.stage]:
            logs[failure.stage] = failure.log
        return "".join(f"{line}\n" for lines in logs.values() for line in lines)

    def why(
        self, namespace: str, name: str, stage: str, trial: int | None, changes: tuple[str, ...]
    ) -> str:
        """Return whether a stage is cached for a configuration and, if not, what differs."""
        session = self._session(namespace, name)
        explainer = Explainer(
            experiment=session.opened.experiment,
            pipeline=session.opened.pipeline,
            history=session.history,
            cache=self._cache(namespace),
        )
        return explainer.explain(stage, trial, changes)

    def entries(self, namespace: str) -> list[dict[str, Any]]:
        """Return what the cache of a namespace keeps."""
        return [listing.plain(entry) for entry in self._cache(namespace).entries()]

    def entry(self, namespace: str, key: str) -> dict[str, Any]:
        """Return all that is known of the entry whose key begins so."""
        return listing.whole(listing.the_one(key, self._cache(namespace).entries()))

    def collect(self, namespace: str, limit: str) -> dict[str, Any]:
        """Remove what saves the least time for its size until the rest fits a limit."""
        cache = self._cache(namespace)
        removed = cache.collect(size_bytes(limit), ())
        freed_bytes = sum(entry.size_bytes for entry in removed) + cache.sweep()
        left = len(cache.entries())
        return {"removed": len(removed), "freedBytes": freed_bytes, "left": left}

    def _found(self, namespace: str, name: str) -> tuple[Resource, Reconciler]:
        found = self._find(namespace, name)
        if found is None:
            message = f"no experiment `{name}` in namespace `{namespace}` is tuned here"
            raise UnknownExperimentError(message, hint="`kubectl get tune` shows those that are")
        return found

    def _session(self, namespace: str, name: str) -> Session:
        """Return an experiment at work, or one that was opened again to be read."""
        resource, reconciler = self._found(namespace, name)
        return reconciler.session or reconciler.open(resource)

    def _cache(self, namespace: str) -> Cache:
        if not self._serves(namespace):
            message = f"no experiments of namespace `{namespace}` are tuned here"
            raise UnknownExperimentError(message)
        return self._tools.cache(namespace)
