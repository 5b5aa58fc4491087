"""The Kubernetes API as the controller uses it: five verbs on paths."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from eeipu_kfp.errors import EeipuError

Document: TypeAlias = Mapping[str, Any]

_CONNECT_SECONDS = 3.0
_READ_SECONDS = 15.0
_CONNECTIONS = 32


class ApiServerError(EeipuError):
    """The Kubernetes API does not answer, or refuses a request."""

    retryable = True


class MissingResourceError(ApiServerError):
    """There is no such resource."""

    retryable = False


class ConflictError(ApiServerError):
    """The resource exists already, or has changed since it was read."""


class ApiServer(Protocol):
    """Resources as plain documents, by their path below the server's address.

    Every method raises ApiServerError where the server cannot be reached or refuses.
    """

    def get(self, path: str) -> dict[str, Any]:
        """Return a resource or a list of them; MissingResourceError where there is none."""
        ...

    def create(self, path: str, document: Document) -> dict[str, Any]:
        """Add a resource to a collection; ConflictError where one of that name exists."""
        ...

    def patch(self, path: str, changes: Document) -> dict[str, Any]:
        """Merge changes into a resource, where null removes a field, and return it."""
        ...

    def replace(self, path: str, document: Document) -> dict[str, Any]:
        """Write a resource; ConflictError where it is no longer as it was read."""
        ...

    def delete(self, path: str) -> None:
        """Remove a resource; harmless where there is none."""
        ...


class KubernetesApi:
    """Fulfils `ApiServer` with a real server."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = api

    def get(self, path: str) -> dict[str, Any]:
        """Return a resource or a list of them; MissingResourceError where there is none."""
        return self._call("GET", path)

    def create(self, path: str, document: Document) -> dict[str, Any]:
        """Add a resource to a collection; ConflictError where one of that name exists."""
        return self._call("POST", path, document)

    def patch(self, path: str, changes: Document) -> dict[str, Any]:
        """Merge changes into a resource, where null removes a field, and return it."""
        return self._call("PATCH", path, changes, content="application/merge-patch+json")

    def replace(self, path: str, document: Document) -> dict[str, Any]:
        """Write a resource; ConflictError where it is no longer as it was read."""
        return self._call("PUT", path, document)

    def delete(self, path: str) -> None:
        """Remove a resource; harmless where there is none."""
        try:
            self._call("DELETE", path)
        except MissingResourceError:
            return

    def _call(
        self,
        method: str,
        path: str,
        body: Document | None = None,
        *,
        content: str = "application/json",
    ) -> dict[str, Any]:
        try:
            response, _, _ = self._api.call_api(
                path,
                method,
                body=body,
                header_params={"Content-Type": content, "Accept": "application/json"},
                auth_settings=["BearerToken"],
                _preload_content=False,
                _request_timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            )
        except ApiException as error:
            raise _refusal(method, path, error) from error
        except (HTTPError, OSError) as error:
            message = f"no answer from the Kubernetes API to {method} {path}: {error}"
            raise ApiServerError(message, hint="check whether it is up") from error
        found: dict[str, Any] = json.loads(response.data)
        return found


def connect() -> client.ApiClient:
    """Return a client of the cluster that this pod runs in, or of the current kube context.

    Raises:
        ApiServerError: There is neither.
    """
    settings = client.Configuration()
    try:
        _load(settings)
    except config.ConfigException as error:
        message = f"no cluster is known: {error}"
        raise ApiServerError(message, hint="run in a pod, or set KUBECONFIG") from error
    settings.connection_pool_maxsize = _CONNECTIONS
    return client.ApiClient(settings)


def _load(settings: client.Configuration) -> None:
    try:
        config.load_incluster_config(client_configuration=settings)
    except config.ConfigException:
        config.load_kube_config(client_configuration=settings)


def _refusal(method: str, path: str, error: ApiException) -> ApiServerError:
    try:
        told = json.loads(error.body)["message"]
    except (TypeError, ValueError, KeyError):
        told = error.reason
    message = f"the Kubernetes API refuses {method} {path}: {error.status}, {told}"
    kinds: Mapping[int, Callable[..., ApiServerError]] = {
        404: MissingResourceError,
        409: ConflictError,
    }
    hint = "see the rights of the controller's service account" if error.status == 403 else ""  # noqa: PLR2004  # Forbidden
    return kinds.get(error.status, ApiServerError)(message, hint=hint)
