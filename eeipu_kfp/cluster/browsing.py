"""The experiments of a namespace of a cluster, for the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eeipu_kfp.cluster.opening import Cluster
from eeipu_kfp.cluster.refusals import ClusterError, MissingError
from eeipu_kfp.cluster.service import Controller
from eeipu_kfp.ui.snapshot import UnknownExperimentError
from eeipu_kfp.ui.table import Question

_OLD = "the controller on the cluster knows no such question"
_UPGRADE = "upgrade it to the version of this command: `helm upgrade eeipu-kfp ...`"


class ClusterSource:
    """Fulfils `Source` with what the controller answers through the cluster's API."""

    def __init__(self, cluster: Cluster, *, pipelines_url: str = "") -> None:
        """Show a namespace.

        Args:
            cluster: The namespace.
            pipelines_url: Where people reach Kubeflow Pipelines; empty for what the controller
                says.
        """
        self._cluster = cluster
        self._pipelines_url = pipelines_url
        self._controller: Controller | None = None

    def experiments(self) -> dict[str, Any]:
        """Return the place, and a line for each experiment in it."""
        try:
            found = self._asked(lambda controller: controller.experiments())
        except MissingError as error:
            raise ClusterError(_OLD, hint=_UPGRADE) from error
        where = f"namespace {self._cluster.namespace} of {self._cluster.connection.context}"
        return {"place": where, "experiments": found}

    def experiment(self, key: str) -> dict[str, Any]:
        """Return one experiment: its line, and its figures as HTML."""
        return self._known(lambda controller: controller.page(key))

    def trials(self, key: str, question: Question) -> dict[str, Any]:
        """Return some trials of an experiment."""
        found = self._known(lambda controller: controller.trials(key, question.query))
        return {**found, "pipelinesUrl": self._pipelines_url or found["pipelinesUrl"]}

    def _known(self, ask: Callable[[Controller], dict[str, Any]]) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._asked(ask)
        except MissingError as error:
            raise UnknownExperimentError(error.message, hint=error.hint) from error
        return found

    def _asked(self, ask: Callable[[Controller], Any]) -> Any:
        """Ask the controller; after a refusal it is looked for again, as it may have moved."""
        controller = self._controller or self._cluster.controller()
        try:
            found = ask(controller)
        except ClusterError:
            self._controller = None
            raise
        self._controller = controller
        return found
