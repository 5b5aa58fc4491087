"""The finalizer of an experiment, and what must be done before it may go."""

from __future__ import annotations

from contextlib import suppress

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.controller.api_server import ApiServer, ConflictError, MissingResourceError
from eeipu_kfp.controller.opening import Tools
from eeipu_kfp.controller.resource import FINALIZER, Resource
from eeipu_kfp.tuning.ledger import ObjectLedger

_ATTEMPTS = 5


def hold(resource: Resource, api: ApiServer) -> None:
    """Set the finalizer, so that no experiment goes while its runs go on.

    Raises:
        ApiServerError: The API server does not take it.
    """
    if FINALIZER not in resource.finalizers:
        _change_finalizers(resource, api, (FINALIZER,))


def release(resource: Resource, api: ApiServer) -> None:
    """Remove the finalizer, so that an experiment may go.

    Raises:
        ApiServerError: The API server does not take it.
    """
    _change_finalizers(resource, api, ())


def clean_up(resource: Resource, tools: Tools) -> None:
    """End the runs of an experiment, and remove what it leaves behind if its spec says so.

    Raises:
        RunnerError: Kubeflow Pipelines does not answer.
        StoreError: The object store does not answer.
    """
    # Where none was started, an experiment goes even if Kubeflow Pipelines never answered.
    if not ObjectLedger(tools.ledger_store(resource)).is_empty:
        tools.backend.stop_all(resource)
    if (resource.spec.get("cache") or {}).get("deletionPolicy") == "Delete":
        _remove_entries(resource, tools)
        _remove_ledger(resource, tools)


def _change_finalizers(resource: Resource, api: ApiServer, own: tuple[str, ...]) -> None:
    """Change the own finalizer; others may write the resource meanwhile, and then it is read again.

    A launcher does so just as the experiment begins.
    """
    for _ in range(_ATTEMPTS - 1):
        with suppress(ConflictError):
            _try_to_change_finalizers(resource, api, own)
            return
    _try_to_change_finalizers(resource, api, own)


def _try_to_change_finalizers(resource: Resource, api: ApiServer, own: tuple[str, ...]) -> None:
    try:
        metadata = api.get(resource.path)["metadata"]
        if metadata["uid"] != resource.uid:
            return
        others = [name for name in metadata.get("finalizers") or () if name != FINALIZER]
        # The version makes sure that no finalizer of another controller is lost.
        version = metadata["resourceVersion"]
        changed = {"finalizers": [*others, *own], "resourceVersion": version}
        api.patch(resource.path, {"metadata": changed})
    except MissingResourceError:
        return


def _remove_entries(resource: Resource, tools: Tools) -> None:
    cache = tools.cache(resource.namespace)
    for entry in cache.entries():
        if _is_of(entry, resource):
            cache.remove(entry.key)


def _is_of(entry: CacheEntry, resource: Resource) -> bool:
    # An earlier experiment of the same name may have left entries that are to stay.
    return entry.experiment == resource.name and entry.created_at >= resource.created_at


def _remove_ledger(resource: Resource, tools: Tools) -> None:
    store = tools.ledger_store(resource)
    for found in tuple(store.list("")):
        store.delete(found.name)
