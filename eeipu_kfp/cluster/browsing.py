"""The experiments of a namespace of a cluster, for the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from eeipu_kfp.cluster.opening import Cluster
from eeipu_kfp.cluster.refusals import ClusterError, MissingError
from eeipu_kfp.cluster.service import Controller
from eeipu_kfp.errors import EeipuError
from eeipu_kfp.ui.snapshot import ON_CLUSTER, UnknownExperimentError
from eeipu_kfp.ui.table import Question

_Answer = TypeVar("_Answer")

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
        """Return the place, how one begins there, and a line for each experiment in it."""
        found = self._asked(lambda controller: controller.experiments(), _too_old)
        where = f"namespace {self._cluster.namespace} of {self._cluster.connection.context}"
        return {"place": where, "beginning": ON_CLUSTER, "experiments": found}

    def experiment(self, key: str) -> dict[str, Any]:
        """Return one experiment: its line, and its figures as HTML."""
        return self._known(lambda controller: controller.page(key))

    def trials(self, key: str, question: Question) -> dict[str, Any]:
        """Return some trials of an experiment."""
        found = self._known(lambda controller: controller.trials(key, question.query))
        return {**found, "pipelinesUrl": self._pipelines_url or found["pipelinesUrl"]}

    def _known(self, ask: Callable[[Controller], dict[str, Any]]) -> dict[str, Any]:
        return self._asked(ask, _unknown)

    def _asked(
        self, ask: Callable[[Controller], _Answer], missing: Callable[[MissingError], EeipuError]
    ) -> _Answer:
        """Ask the controller; after a refusal it is looked for again, as it may have moved."""
        controller = self._controller or self._cluster.controller()
        self._controller = None
        try:
            found = ask(controller)
        except MissingError as error:
            raise missing(error) from error
        self._controller = controller
        return found


def _too_old(error: MissingError) -> EeipuError:
    del error
    return ClusterError(_OLD, hint=_UPGRADE)


def _unknown(error: MissingError) -> EeipuError:
    return UnknownExperimentError(error.message, hint=error.hint)
