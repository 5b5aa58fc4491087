"""The `TuningExperiment`s of a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from eeipu_kfp.cluster.connection import Connection, read_json
from eeipu_kfp.cluster.refusals import ClusterError, MissingError
from eeipu_kfp.experiment.models import API_VERSION, KIND
from eeipu_kfp.experiment.nearest import advice

LAUNCHER = "eeipu-launcher"
"""Whose fields those are that a launcher sets beside the experiment that it has made."""

_PLURAL = "tuningexperiments"
_NO_KIND = "the cluster does not know TuningExperiments"
_INSTALL = "have the Helm chart `eeipu-kfp` installed; its CRD comes with it"


class Experiments:
    """The experiments of one namespace.

    Attributes:
        namespace: Where they live.
    """

    def __init__(self, connection: Connection, namespace: str) -> None:
        self.namespace = namespace
        self._connection = connection

    def get(self, name: str) -> dict[str, Any]:
        """Return an experiment as the cluster has it.

        Raises:
            ClusterError: There is none of that name, or the cluster refuses.
        """
        found = self.find(name)
        if found is not None:
            return found
        known = self.names()
        message = f"namespace `{self.namespace}` has no experiment `{name}`"
        hint = advice(name, known) if known else "name another with `-n`, or a file to stay here"
        raise MissingError(message, hint=hint)

    def find(self, name: str) -> dict[str, Any] | None:
        """Return an experiment as the cluster has it; None where there is none.

        Raises:
            ClusterError: The cluster refuses.
        """
        try:
            return read_json(self._connection.get(self._path(name)))
        except MissingError:
            return None

    def names(self) -> tuple[str, ...]:
        """Return the names of all experiments.

        Raises:
            ClusterError: The cluster refuses, or does not know what an experiment is.
        """
        try:
            found = read_json(self._connection.get(self._path()))
        except MissingError as error:
            raise MissingError(_NO_KIND, hint=_INSTALL) from error
        return tuple(item["metadata"]["name"] for item in found["items"])

    def apply(
        self, document: Mapping[str, Any], *, dry_run: bool = False, force: bool = False
    ) -> dict[str, Any]:
        """Make or change an experiment, and return what it has become.

        Args:
            document: What is asked for, as plain data.
            dry_run: Whether the cluster only says what would become of it.
            force: Whether fields that another tool has set are taken over.

        Raises:
            ClusterError: The cluster refuses; the message has its reasons.
        """
        query = {"dryRun": "All"} if dry_run else {}
        query |= {"force": "true"} if force else {}
        path = self._path(document["metadata"]["name"])
        try:
            return read_json(self._connection.apply(path, document, query))
        except MissingError as error:
            raise self._missing(error) from error

    def hold(
        self, name: str, annotations: Mapping[str, str], *, suspend: bool = False
    ) -> dict[str, Any]:
        """Set what the launcher of an experiment says of itself, in place of what it said before.

        The rest of the experiment stays as it is, whoever has changed it meanwhile.

        Args:
            name: The experiment, which exists.
            annotations: What it says; empty for a launcher that waits no longer.
            suspend: Whether it holds new trials back.

        Raises:
            ClusterError: The cluster refuses.
        """
        document: dict[str, Any] = {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "metadata": {"name": name, "annotations": dict(annotations)},
            **({"spec": {"suspend": True}} if suspend else {}),
        }
        query = {"fieldManager": LAUNCHER, "force": "true"}
        return read_json(self._connection.apply(self._path(name), document, query))

    def delete(self, name: str) -> None:
        """Delete an experiment; harmless where there is none.

        Raises:
            ClusterError: The cluster refuses.
        """
        with suppress(MissingError):
            self._connection.delete(self._path(name))

    def _missing(self, error: MissingError) -> ClusterError:
        if error.message.startswith('namespaces "'):
            message = f"the cluster has no namespace `{self.namespace}`"
            return MissingError(message, hint="make it, or name another with `-n`")
        return MissingError(_NO_KIND, hint=_INSTALL)

    def _path(self, name: str = "") -> str:
        collection = f"/apis/{API_VERSION}/namespaces/{self.namespace}/{_PLURAL}"
        return f"{collection}/{name}" if name else collection
