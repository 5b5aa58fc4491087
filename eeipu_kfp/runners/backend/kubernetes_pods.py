"""Pods, from the API server of the cluster that a backend runs its stages on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kubernetes.client import CoreV1Api
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.runners.backend.pods import MAIN

_RUN_LABEL = "pipeline/runid"
_LOG_LINES = 200
_TIMEOUT_SECONDS = 30.0
_GONE_STATUSES = frozenset({400, 404})
_REFUSED_STATUSES = frozenset({401, 403})


class KubernetesPods:
    """Fulfils `PodReader` with the pods of one namespace."""

    def __init__(self, core: CoreV1Api, *, namespace: str) -> None:
        """Take an API client with the right to get and list pods and to get their logs."""
        self._core = core
        self._namespace = namespace

    def pods(self, run_id: str) -> tuple[Mapping[str, Any], ...]:
        """Return the documents of a run's pods."""
        with self._translated():
            answer = self._core.list_namespaced_pod(
                self._namespace,
                label_selector=f"{_RUN_LABEL}={run_id}",
                _preload_content=False,
                _request_timeout=_TIMEOUT_SECONDS,
            )
            return tuple(json.loads(answer.data)["items"])

    def log(self, pod: str) -> str:
        """Return the end of what the user's code has printed in a pod; empty where it is gone."""
        try:
            with self._translated():
                answer = self._core.read_namespaced_pod_log(
                    pod,
                    self._namespace,
                    container=MAIN,
                    tail_lines=_LOG_LINES,
                    _preload_content=False,
                    _request_timeout=_TIMEOUT_SECONDS,
                )
                return str(answer.data.decode(errors="replace"))
        except _GoneError:
            return ""

    @contextmanager
    def _translated(self) -> Iterator[None]:
        where = f"the pods of namespace `{self._namespace}`"
        try:
            yield
        except HTTPError as error:
            message = f"no answer about {where}: {error}"
            raise RunnerUnavailableError(message, hint="check the API server") from error
        except ApiException as error:
            message = f"the API server answers {error.status} about {where}: {error.reason}"
            if error.status in _GONE_STATUSES:
                raise _GoneError(message) from error
            if error.status in _REFUSED_STATUSES:
                hint = "allow this service account to get and list pods and to get `pods/log`"
                raise RunnerError(message, hint=hint) from error
            raise RunnerUnavailableError(message) from error


class _GoneError(RunnerError):
    """The pod is gone, or its container has not begun."""
