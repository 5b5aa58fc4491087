"""Fixtures that need a Kubernetes cluster: `kubectl` on it, and a namespace for each test."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NoReturn
from uuid import uuid4

import pytest

from tests.cluster.charts import Helm
from tests.cluster.pods import run_python
from tests.cluster.releases import ACCESS_KEY, SECRET_KEY

_LONGEST_CALL_SECONDS = 600
_MAKE_BUCKET = """
import sys
from minio import Minio

store = Minio("minio-service.kubeflow:9000", *sys.argv[1:], secure=False)
if not store.bucket_exists("mlpipeline"):
    store.make_bucket("mlpipeline")
"""


class KubectlError(Exception):
    """What `kubectl` has written to stderr."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kubectl:
    """`kubectl` on the cluster of the tests; called with arguments it returns stdout.

    Where `kubectl` fails it raises `Kubectl.Error` with what that has written to stderr.
    """

    Error: ClassVar[type[Exception]] = KubectlError
    binary: str
    kubeconfig: Path

    def __call__(self, *arguments: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            [self.binary, f"--kubeconfig={self.kubeconfig}", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_LONGEST_CALL_SECONDS,
            check=False,
        )
        if done.returncode:
            raise KubectlError(done.stderr)
        return done.stdout


@pytest.fixture(scope="session")
def kubectl() -> Kubectl:
    """`kubectl` on the cluster that KUBECONFIG names."""
    kubeconfig, binary = os.environ.get("KUBECONFIG"), shutil.which("kubectl")
    if not kubeconfig:
        _do_without("KUBECONFIG is not set")
    if not binary:
        _do_without("there is no `kubectl` on the PATH")
    found = Kubectl(binary=binary, kubeconfig=Path(kubeconfig))
    try:
        found("version", "--request-timeout=10s")
    except KubectlError as error:
        _do_without(f"the cluster does not answer: {error}")
    return found


@pytest.fixture(scope="session")
def helm() -> Helm:
    """`helm`, which works on the cluster that KUBECONFIG names."""
    binary = shutil.which("helm")
    if not binary:
        _do_without("there is no `helm` on the PATH")
    return Helm(binary=binary)


@pytest.fixture(scope="session")
def controller_image(kubectl: Kubectl) -> str:
    """The controller's image, which the nodes have already."""
    return _image(kubectl, "EEIPU_CONTROLLER_IMAGE", "localhost/eeipu-kfp:dev")


@pytest.fixture(scope="session")
def stacking_image(kubectl: Kubectl) -> str:
    """The image of the Stacking stages, which the nodes have already."""
    return _image(kubectl, "EEIPU_STACKING_IMAGE", "localhost/eeipu-stacking:dev")


@pytest.fixture(scope="session")
def double_image(kubectl: Kubectl) -> str:
    """The image of the double of Kubeflow Pipelines, which the nodes have already."""
    return _image(kubectl, "EEIPU_DOUBLE_IMAGE", "docker.io/library/kfp-double:dev")


@pytest.fixture(scope="session")
def bucket(kubectl: Kubectl, controller_image: str) -> str:
    """The bucket that Kubeflow Pipelines makes where it is installed."""
    run_python(kubectl, "default", controller_image, _MAKE_BUCKET, ACCESS_KEY, SECRET_KEY)
    return "mlpipeline"


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """A namespace that goes away, with all that is in it, after the test."""
    name = f"eeipu-test-{uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


def _image(kubectl: Kubectl, variable: str, default: str) -> str:
    image = os.environ.get(variable, default)
    held = kubectl("get", "nodes", "-o", "jsonpath={.items[*].status.images[*].names[*]}")
    if image not in held.split():
        _do_without(f"no node has {image}; build it, or name another in {variable}")
    return image


def _do_without(reason: str) -> NoReturn:
    message = f"no cluster: {reason}"
    if os.environ.get("EEIPU_REQUIRE_CLUSTER"):
        pytest.fail(message)
    pytest.skip(message)
