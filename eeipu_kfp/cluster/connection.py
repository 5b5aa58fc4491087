"""A connection to the cluster of a kube context."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlencode

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.incluster_config import InClusterConfigLoader
from urllib3.exceptions import HTTPError

from eeipu_kfp.cluster.refusals import ClusterError, UnavailableError, refusal

Query: TypeAlias = Mapping[str, str | tuple[str, ...]]
"""What stands behind the `?` of an address; a name may have several values."""

FIELD_MANAGER = "eeipu"
"""Whose fields those of an applied experiment are."""

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where Kubernetes puts what a pod needs to speak with it."""

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0


class Connection(Protocol):
    """Requests to a Kubernetes API, by path; each raises ClusterError where it is refused."""

    @property
    def context(self) -> str:
        """The name of the kube context."""
        ...

    @property
    def namespace(self) -> str:
        """The namespace that the context is set to."""
        ...

    def get(self, path: str, query: Query | None = None) -> str:
        """Return what is at a path."""
        ...

    def post(self, path: str, query: Query | None = None) -> str:
        """Ask for something to be done, and return what came of it."""
        ...

    def apply(self, path: str, document: Mapping[str, Any], query: Query) -> str:
        """Apply a document on the server's side, and return what it has become."""
        ...

    def delete(self, path: str) -> None:
        """Delete what is at a path."""
        ...


class KubernetesConnection:
    """Fulfils `Connection` with a real cluster.

    Attributes:
        context: The name of the kube context.
        namespace: The namespace that the context is set to.
    """

    def __init__(self, api: client.ApiClient, *, context: str, namespace: str) -> None:
        self.context = context
        self.namespace = namespace
        self._api = api

    def get(self, path: str, query: Query | None = None) -> str:
        """Return what is at a path."""
        return self._call("GET", path, query)

    def post(self, path: str, query: Query | None = None) -> str:
        """Ask for something to be done, and return what came of it."""
        return self._call("POST", path, query)

    def apply(self, path: str, document: Mapping[str, Any], query: Query) -> str:
        """Apply a document on the server's side, and return what it has become."""
        whole = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict", **query}
        return self._call("PATCH", path, whole, document, content="application/apply-patch+yaml")

    def delete(self, path: str) -> None:
        """Delete what is at a path."""
        self._call("DELETE", path, None)

    def _call(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: Mapping[str, Any] | None = None,
        *,
        content: str = "application/json",
    ) -> str:
        try:
            response, _, _ = self._api.call_api(
                f"{path}?{urlencode(query, doseq=True)}" if query else path,
                method,
                body=body,
                header_params={"Content-Type": content, "Accept": "*/*"},
                auth_settings=["BearerToken"],
                _preload_content=False,
                _request_timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            )
        except ApiException as error:
            raise refusal(error.status, _text(error.body)) from error
        except (HTTPError, OSError) as error:
            host = self._api.configuration.host
            message = f"no answer from {host}, the cluster of context `{self.context}`: {error}"
            hint = "check that it is up and reached from here, or choose another `--context`"
            raise UnavailableError(message, hint=hint) from error
        return _text(response.data)


def connect(context: str | None, environment: Mapping[str, str]) -> KubernetesConnection:
    """Return a connection to the cluster of a kube context.

    Args:
        context: The name of the context; the current one if None.
        environment: Says where the kubeconfig is: `KUBECONFIG`.

    Raises:
        ClusterError: There is no such context, or none at all.
    """
    file = environment.get("KUBECONFIG") or None
    settings = client.Configuration()
    settings.retries = 0
    try:
        known, current = config.list_kube_config_contexts(file)
        chosen = _chosen(context, known, current)
        config.load_kube_config(file, context=chosen["name"], client_configuration=settings)
    except (config.ConfigException, OSError) as error:
        message = f"no cluster is known: {str(error).rstrip('.').lower()}"
        hint = "set KUBECONFIG, or name a file that eeipu can read to tune on this machine"
        raise ClusterError(message, hint=hint) from error
    return KubernetesConnection(
        client.ApiClient(settings),
        context=chosen["name"],
        namespace=chosen["context"].get("namespace") or "default",
    )


def connect_from_pod(
    environment: Mapping[str, str], *, account: Path = ACCOUNT
) -> KubernetesConnection:
    """Return a connection to the cluster that this process runs in, as a pod of it.

    Args:
        environment: Says where the API server is: `KUBERNETES_SERVICE_HOST` and `_PORT`.
        account: The folder with the token of the pod's service account.

    Raises:
        ClusterError: This is no pod, or one without a token.
    """
    settings = client.Configuration()
    settings.retries = 0
    loader = InClusterConfigLoader(
        token_filename=str(account / "token"),
        cert_filename=str(account / "ca.crt"),
        environ=environment,
    )
    try:
        loader.load_and_set(settings)
        namespace = (account / "namespace").read_text().strip()
    except (config.ConfigException, OSError) as error:
        message = f"this pod cannot speak with its cluster: {str(error).rstrip('.').lower()}"
        hint = "let its service account's token be mounted: `automountServiceAccountToken: true`"
        raise ClusterError(message, hint=hint) from error
    api = client.ApiClient(settings)
    return KubernetesConnection(api, context="in-cluster", namespace=namespace)


def read_json(text: str) -> dict[str, Any]:
    """Return a document that a cluster has answered with.

    Raises:
        ClusterError: It is no JSON object.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        message = f"the cluster answers with what is no JSON: {text[:80]!r}"
        raise ClusterError(message, hint="check what answers at that address") from error
    if not isinstance(found, dict):
        message = f"the cluster answers with {type(found).__name__} in place of a JSON object"
        raise ClusterError(message)
    return found


def _chosen(
    context: str | None, known: list[dict[str, Any]], current: dict[str, Any]
) -> dict[str, Any]:
    if context is None:
        return current
    for found in known:
        if found["name"] == context:
            return found
    names = ", ".join(f"`{found['name']}`" for found in known)
    message = f"there is no kube context `{context}`"
    raise ClusterError(message, hint=f"known are {names}")


def _text(body: bytes | str | None) -> str:
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
