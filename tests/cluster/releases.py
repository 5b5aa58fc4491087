"""Releases of the chart on a real cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster.charts import CHART, RELEASE, Helm, Values

_STANDARD = "pod-security.kubernetes.io/enforce=restricted"
ACCESS_KEY, SECRET_KEY = "minio", "minio123"
_KEYS = (f"--from-literal=accesskey={ACCESS_KEY}", f"--from-literal=secretkey={SECRET_KEY}")


def restrict(kubectl: Callable[..., str], namespace: str) -> None:
    """Let a namespace take only pods of the restricted standard, and give it the store's keys."""
    kubectl("label", "namespace", namespace, _STANDARD)
    kubectl("-n", namespace, "create", "secret", "generic", "mlpipeline-minio-artifact", *_KEYS)


@contextmanager
def released(
    helm: Helm, kubectl: Callable[..., str], namespace: str, image: str, **values: Any
) -> Iterator[Values]:
    """A release whose controller is ready, in and for one namespace."""
    repository, _, tag = image.rpartition(":")
    named = {"repository": repository, "tag": tag, "pullPolicy": "IfNotPresent"}
    told = {
        "image": named,
        "kfp": {"namespace": namespace},
        "userRoles": {"create": False},
        # Most have no backend to register it with.
        "tunePipeline": {"register": False},
    }
    try:
        install(helm, "install", namespace, {**told, **values})
        yield {**told, **values}
    finally:
        # Only the controller lets an experiment go, and the namespace goes after its experiments.
        kubectl("-n", namespace, "delete", "tune", "--all", "--timeout=300s")
        helm("uninstall", RELEASE, "--namespace", namespace, "--ignore-not-found", "--wait")


def install(helm: Helm, verb: str, namespace: str, values: Values) -> str:
    """Install or upgrade, and wait until the controller is ready."""
    # The definition is there already, by another test or another release.
    options = ("--take-ownership", "--wait", "--timeout=5m")
    return helm(verb, RELEASE, str(CHART), "--namespace", namespace, *options, values=values)
