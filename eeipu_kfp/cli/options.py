"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from eeipu_kfp.cluster.opening import Cluster

_DOCUMENTS = (".yaml", ".yml", ".json")

EXPERIMENT = click.argument(
    "experiment", type=click.Path(dir_okay=False, path_type=Path), metavar="EXPERIMENT"
)
TARGET = click.argument("target", metavar="EXPERIMENT")
DIRECTORY = click.option(
    "-d",
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("eeipu-runs"),
    show_default=True,
    envvar="EEIPU_DIRECTORY",
    help="Where experiments and the cache are kept on this machine.",
)
_NAMESPACE = click.option(
    "-n", "--namespace", help="On a cluster: the namespace; the context's own if left out."
)
_CONTEXT = click.option(
    "--context", help="On a cluster: the kube context; the current one if left out."
)
_HOME = click.option(
    "--controller-namespace",
    envvar="EEIPU_CONTROLLER_NAMESPACE",
    help="On a cluster: where the controller runs; looked for if left out.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where on a cluster a command looks.

    Attributes:
        namespace: The namespace; None for the context's own.
        context: The kube context; None for the current one.
        home: Where the controller runs; None where it is to be looked for.
    """

    namespace: str | None = None
    context: str | None = None
    home: str | None = None

    @property
    def is_named(self) -> bool:
        """Whether any option says that a cluster is meant."""
        return self.namespace is not None or self.context is not None

    def open(self) -> Cluster:
        """Return the namespace of the cluster.

        Raises:
            ClusterError: There is no such context, or none at all.
        """
        from eeipu_kfp.cluster.opening import open_cluster

        return open_cluster(
            namespace=self.namespace,
            context=self.context,
            home=self.home,
            environment=os.environ,
        )

    @property
    def words(self) -> str:
        """The options that lead another command to the same place."""
        named = (("-n", self.namespace), ("--context", self.context))
        return "".join(f" {option} {value}" for option, value in named if value)


def in_namespace(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name a namespace of a cluster, as one argument `place`."""

    @_NAMESPACE
    @_CONTEXT
    @wraps(command)
    def placed(*args: Any, namespace: str | None, context: str | None, **rest: Any) -> Any:
        return command(*args, place=Place(namespace=namespace, context=context), **rest)

    return placed


def on_cluster(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the same options, and the one that says where the controller runs."""

    @_HOME
    @wraps(command)
    def placed(*args: Any, place: Place, controller_namespace: str | None, **rest: Any) -> Any:
        return command(*args, place=replace(place, home=controller_namespace), **rest)

    return in_namespace(placed)


def local_file(target: str) -> Path | None:
    """Return the experiment file that a word names; None where it names one on a cluster."""
    path = Path(target)
    return path if path.suffix in _DOCUMENTS or path.is_file() else None
