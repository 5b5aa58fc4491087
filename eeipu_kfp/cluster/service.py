"""What the controller knows of experiments and the cache, read through the cluster's API."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from eeipu_kfp.cluster.connection import Connection, Query, read_json
from eeipu_kfp.cluster.refusals import ClusterError, ForbiddenError, MissingError

_NAME = "eeipu-kfp"
_PORT = "http"
_NAME_IT = "say where it is installed: `--controller-namespace`, or EEIPU_CONTROLLER_NAMESPACE"


class Controller:
    """The controller's answers about one namespace.

    Every method raises ClusterError where the controller cannot be reached or knows no such thing.
    """

    def __init__(self, connection: Connection, service: str, namespace: str) -> None:
        """Ask one service.

        Args:
            connection: The cluster.
            service: The path of the controller's service below the API server, `.../proxy`.
            namespace: Where the experiments live that are asked about.
        """
        self._connection = connection
        self._base = f"{service}/namespaces/{namespace}"

    def result(self, name: str) -> dict[str, Any]:
        """Return where an experiment stands, with all its trials, as plain data."""
        return read_json(self._experiment(name, "result"))

    def report(self, name: str) -> str:
        """Return an experiment's report page."""
        return self._experiment(name, "report")

    def experiments(self) -> list[dict[str, Any]]:
        """Return a line for each experiment, as the page shows it."""
        return list(json.loads(self._connection.get(f"{self._base}/experiments")))

    def page(self, name: str) -> dict[str, Any]:
        """Return what the page shows of an experiment."""
        return read_json(self._experiment(name, "page"))

    def trials(self, name: str, query: Query) -> dict[str, Any]:
        """Return some trials of an experiment.

        Args:
            name: The experiment.
            query: Which: `sort`, `order`, `filter` and `page`.
        """
        return read_json(self._experiment(name, "trials", query))

    def export(self, name: str) -> dict[str, Any]:
        """Return an experiment with all its trials and stage runs, as plain data."""
        try:
            return read_json(self._experiment(name, "export"))
        except MissingError as error:
            if error.hint:
                raise
            message = "the controller knows no exports: it is older than this command"
            raise MissingError(
                message, hint="upgrade it, or use the command of its version"
            ) from error

    def log(self, name: str, trial: int, stage: str | None = None) -> str:
        """Return what the stages of a trial have written, or one of them."""
        return self._experiment(name, f"trials/{trial}/log", {"stage": stage} if stage else {})

    def why(self, name: str, stage: str, trial: int | None, changes: tuple[str, ...]) -> str:
        """Return whether a stage is cached for a configuration and, if not, what differs.

        Args:
            name: The experiment.
            stage: The stage.
            trial: The trial whose configuration is meant; the last one if None.
            changes: Other values of parameters, each `name=value`.
        """
        numbered = {} if trial is None else {"trial": str(trial)}
        return self._experiment(name, "why", {"stage": stage, **numbered, "set": changes})

    def entries(self) -> list[dict[str, Any]]:
        """Return what the cache keeps, an entry each, as plain data."""
        found = json.loads(self._connection.get(f"{self._base}/cache"))
        return list(found)

    def entry(self, key: str) -> dict[str, Any]:
        """Return all that is known of an entry."""
        return read_json(self._connection.get(f"{self._base}/cache/{quote(key, safe='')}"))

    def collect(self, limit: str) -> dict[str, Any]:
        """Remove what saves the least time for its size until the rest fits a limit.

        Args:
            limit: What the cache may hold, such as `10Gi`.
        """
        return read_json(self._connection.post(f"{self._base}/cache/collect", {"limit": limit}))

    def _experiment(self, name: str, what: str, query: Query | None = None) -> str:
        path = f"{self._base}/experiments/{quote(name, safe='')}/{what}"
        return self._connection.get(path, query)


def find_controller(
    connection: Connection, *, namespace: str, home: str | None = None
) -> Controller:
    """Return the controller that tunes the experiments of a namespace.

    Args:
        connection: The cluster.
        namespace: Where the experiments live.
        home: Where the controller runs; looked for if None.

    Raises:
        ClusterError: There is none, or there are several and none is beside the experiments.
    """
    homes = _homes(connection, namespace, home)
    chosen = namespace if namespace in homes else homes[0] if len(homes) == 1 else None
    if chosen is not None:
        return Controller(connection, _service(chosen), namespace)
    place = f"in namespace `{home}`" if home else "in sight"
    message = f"no controller is {place}"
    if homes:
        message = f"several controllers are in sight, in {', '.join(f'`{one}`' for one in homes)}"
    raise ClusterError(message, hint=_NAME_IT)


def _homes(connection: Connection, namespace: str, home: str | None) -> tuple[str, ...]:
    """Return the namespaces with a controller's service, as far as one may look.

    Who may use a service need not be allowed to list services.
    """
    if home is None:
        with suppress(ForbiddenError):
            return _seen(connection, "/api/v1/services")
    place = home or namespace
    try:
        return _seen(connection, f"/api/v1/namespaces/{place}/services")
    except ForbiddenError:
        return (place,)


def _seen(connection: Connection, path: str) -> tuple[str, ...]:
    query = {"labelSelector": f"app.kubernetes.io/name={_NAME}"}
    found = read_json(connection.get(path, query))
    return tuple(sorted({item["metadata"]["namespace"] for item in found["items"]}))


def _service(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/services/{_NAME}:{_PORT}/proxy"
