"""Pods that run a piece of Python to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from eeipu_kfp.experiment.syntax import write_yaml

_LONGEST_SECONDS = 300


def run_python(
    kubectl: Callable[..., str],
    namespace: str,
    image: str,
    code: str,
    *arguments: str,
    **environment: str,
) -> str:
    """Return what code prints in a pod of an image, which must end well."""
    name = f"python-{uuid4().hex[:8]}"
    container = {
        "name": "main",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3", "-c", code, *arguments],
        "env": [{"name": variable, "value": value} for variable, value in environment.items()],
        "securityContext": {"runAsNonRoot": True, "allowPrivilegeEscalation": False},
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"restartPolicy": "Never", "containers": [container]},
    }
    kubectl("create", "-f", "-", stdin=write_yaml(pod))
    phase = _wait_for_end(kubectl, namespace, name)
    printed = kubectl("-n", namespace, "logs", name)
    kubectl("-n", namespace, "delete", "pod", name, "--wait=false")
    assert phase == "Succeeded", printed
    return printed


def _wait_for_end(kubectl: Callable[..., str], namespace: str, name: str) -> str:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < deadline:
        phase = kubectl("-n", namespace, "get", "pod", name, "-o", "jsonpath={.status.phase}")
        if phase in {"Succeeded", "Failed"}:
            return phase
        time.sleep(0.2)
    pytest.fail(f"the pod {name} has not ended")
