"""A cluster that keeps experiments, and in which a controller does what a test has laid out."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from eeipu_kfp.cluster.refusals import ClusterError, MissingError, UnavailableError
from tests.cluster_world import JumpingClock
from tests.fake_api_server import merged
from tests.served_cluster import taken_back


class FakeCluster:
    """Fulfils `Connection`.

    Attributes:
        resources: The experiments, by name.
        answers: What the controller says, by the end of the path.
        away: How many calls from now on get no answer.
        refuses: What every write is answered with.
        watch: Called at every look at an experiment.
    """

    context, namespace = "test", "team"

    def __init__(self, clock: JumpingClock) -> None:
        self.resources: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, str] = {}
        self.away = 0
        self.created = 0
        self.refuses: ClusterError | None = None
        self.watch: Callable[[], Any] = lambda: None
        self._clock = clock
        self._began = clock.now()
        self._planned: list[tuple[float, dict[str, Any]]] = []
        self._set_by: dict[tuple[str, str], Mapping[str, Any]] = {}

    def later(self, seconds: float, **status: Any) -> None:
        """Let experiments have a status so many seconds after the beginning."""
        self._planned.append((self._began + seconds, status))

    def resource(self, name: str) -> dict[str, Any]:
        return self.resources[name]

    def annotations(self, name: str) -> dict[str, str]:
        found: dict[str, str] = self.resources[name]["metadata"].get("annotations", {})
        return found

    def get(self, path: str, query: Any = None) -> str:
        self._check()
        name = path.rpartition("/")[2]
        if "/proxy/" in path:
            return self._answer(name)
        self._advance()
        if name in self.resources:
            self.watch()
        if name not in self.resources:
            message = f"there is no {path}"
            raise MissingError(message)
        return json.dumps(self.resources[name])

    def post(self, path: str, query: Any = None) -> str:
        raise AssertionError(path)

    def apply(self, path: str, document: Mapping[str, Any], query: Mapping[str, Any]) -> str:
        self._check()
        if self.refuses is not None:
            raise self.refuses
        name, manager = path.rpartition("/")[2], query.get("fieldManager", "eeipu")
        held = self.resources.get(name)
        self.created += held is None
        before = self._set_by.get((name, manager), {})
        self._set_by[name, manager] = copy.deepcopy(document)
        changes = merged(taken_back(before, document), document)
        self.resources[name] = merged(held or {}, changes)
        return json.dumps(self.resources[name])

    def delete(self, path: str) -> None:
        self._check()
        if self.resources.pop(path.rpartition("/")[2], None) is None:
            message = f"there is no {path}"
            raise MissingError(message)

    def _answer(self, question: str) -> str:
        if question not in self.answers:
            message = "the controller does not run at this moment"
            raise ClusterError(message)
        return self.answers[question]

    def _advance(self) -> None:
        for at, status in self._planned:
            if at <= self._clock.now():
                for found in self.resources.values():
                    found["status"] = status

    def _check(self) -> None:
        if self.away:
            self.away -= 1
            message = "no answer"
            raise UnavailableError(message)
