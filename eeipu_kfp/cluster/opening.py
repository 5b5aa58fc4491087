"""From a kube context to what is asked of its cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eeipu_kfp.cluster.connection import Connection, connect, read_json
from eeipu_kfp.cluster.experiments import Experiments
from eeipu_kfp.cluster.refusals import ForbiddenError, MissingError
from eeipu_kfp.cluster.service import Controller, find_controller
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.models import ConfigMapRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One namespace of a cluster.

    Attributes:
        connection: The way there.
        namespace: Where the experiments live.
        home: Where the controller runs; None where it is to be looked for.
    """

    connection: Connection
    namespace: str
    home: str | None = None

    @property
    def experiments(self) -> Experiments:
        """The experiments of the namespace."""
        return Experiments(self.connection, self.namespace)

    def controller(self) -> Controller:
        """Find the controller.

        Raises:
            ClusterError: There is none, or it cannot be told where.
        """
        return find_controller(self.connection, namespace=self.namespace, home=self.home)

    def config_map(self, reference: ConfigMapRef) -> str | None:
        """Return what a key of a ConfigMap holds; None where one may not look.

        Raises:
            SpecError: There is no such ConfigMap, or no such key in it.
        """
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/{reference.name}"
        try:
            held = read_json(self.connection.get(path)).get("data") or {}
        except ForbiddenError:
            return None
        except MissingError as error:
            message = f"namespace `{self.namespace}` has no ConfigMap `{reference.name}`"
            hint = "make it first: `kubectl create configmap NAME --from-file=pipeline.yaml`"
            raise SpecError(message, path=_PATH, hint=hint) from error
        if reference.key not in held:
            message = f"ConfigMap `{reference.name}` has no key `{reference.key}`"
            known = ", ".join(f"`{key}`" for key in held) or "none"
            raise SpecError(message, path=_PATH, hint=f"its keys are {known}")
        return str(held[reference.key])


_PATH = "spec.pipeline.configMapRef"


def open_cluster(
    *,
    namespace: str | None,
    context: str | None,
    home: str | None,
    environment: Mapping[str, str],
) -> Cluster:
    """Return a namespace of the cluster of a kube context.

    Args:
        namespace: Where the experiments live; the context's own namespace if None.
        context: The name of the context; the current one if None.
        home: Where the controller runs; None where it is to be looked for.
        environment: Says where the kubeconfig is: `KUBECONFIG`.

    Raises:
        ClusterError: There is no such context, or none at all.
    """
    connection = connect(context, environment)
    chosen = namespace or connection.namespace
    return Cluster(connection=connection, namespace=chosen, home=home)
