"""What a task of "EEIPU tune" finds around it: the cluster, Kubeflow Pipelines, a log, an end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn, Self

from eeipu_kfp.cluster.connection import connect, connect_from_pod
from eeipu_kfp.cluster.opening import Cluster
from eeipu_kfp.core.ports import Clock
from eeipu_kfp.errors import EeipuError
from eeipu_kfp.launcher.progress import Say
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.tuning.clock import SystemClock

KFP_URL = "EEIPU_KFP_URL"
"""The variable that says where the API of Kubeflow Pipelines is, as pods reach it."""
CONTROLLER_NAMESPACE = "EEIPU_CONTROLLER_NAMESPACE"
"""The variable that says where the controller runs."""
EXPERIMENT_NAMESPACE = "EEIPU_EXPERIMENT_NAMESPACE"
"""The variable that says where experiments are made; unset, where the task runs."""
DEFAULT_KFP_URL = "http://ml-pipeline.kubeflow:8888"
_TOKEN_PATH = "KF_PIPELINES_SA_TOKEN_PATH"  # noqa: S105  # the variable's name
_TOKEN = Path("/var/run/secrets/kubeflow/pipelines/token")


class TerminatedError(BaseException):
    """The task was asked to end; like an interrupt, nothing but its maker may catch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a task works with.

    Attributes:
        cluster: The namespace of the experiment.
        api: Kubeflow Pipelines.
        clock: Tells the time.
        say: Writes a line of the log.
    """

    cluster: Cluster
    api: KfpApi
    clock: Clock
    say: Say

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Return what a pod finds, or, elsewhere, what the current kube context leads to.

        Raises:
            ClusterError: No cluster is known.
        """
        is_pod = "KUBERNETES_SERVICE_HOST" in environment
        connection = connect_from_pod(environment) if is_pod else connect(None, environment)
        namespace = environment.get(EXPERIMENT_NAMESPACE) or connection.namespace
        return cls(
            cluster=Cluster(
                connection=connection,
                namespace=namespace,
                home=environment.get(CONTROLLER_NAMESPACE) or None,
            ),
            api=kfp_api(environment),
            clock=SystemClock(),
            say=say,
        )


def kfp_api(environment: Mapping[str, str]) -> KfpApi:
    """Return the API of Kubeflow Pipelines; in multi-user mode a pod may have a token for it."""
    token = Path(environment.get(_TOKEN_PATH) or _TOKEN)
    url = environment.get(KFP_URL) or DEFAULT_KFP_URL
    return KfpApi(url, token_path=token if token.is_file() else None)


def say(line: str) -> None:
    """Write a line of the task's log, at once."""
    print(line, flush=True)  # noqa: T201  # what a task prints is its log


def end_badly(error: EeipuError) -> NoReturn:
    """End the task with a message for people, without a trace of the code that has found it."""
    lines = [f"error: {error.message}", *([f"hint: {error.hint}"] if error.hint else [])]
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201
    sys.exit(1)


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn a termination of this process into a `TerminatedError` for as long as this lasts."""

    def end(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        raise TerminatedError

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
