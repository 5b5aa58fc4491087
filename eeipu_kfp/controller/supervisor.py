"""All experiments side by side: a task each, which calls its reconciler when something is due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from eeipu_kfp.controller.opening import Tools
from eeipu_kfp.controller.reconciler import Reconciler
from eeipu_kfp.controller.resource import Resource, read_resource

_IDLE_SECONDS = 1.0
_AFTER_A_FAULT_SECONDS = 60.0
_logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Watched:
    """One experiment that is being looked after.

    Attributes:
        resource: What was last seen of it.
        reconciler: What keeps it going.
        changed: Set when the resource asks for something new.
        is_gone: Whether there is no such resource any more.
    """

    resource: Resource
    reconciler: Reconciler
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    is_gone: bool = False


class Supervisor:
    """Looks after all experiments; reconciles of one never overlap, and none blocks the loop.

    All methods belong to the event loop that it was made in.
    """

    def __init__(self, tools: Tools, *, may_act: Callable[[], bool], threads: int) -> None:
        """Watch nothing yet.

        Args:
            tools: What reconcilers work with.
            may_act: Whether this controller is the one that tunes.
            threads: Reconciles that may run at once.
        """
        self._tools = tools
        self._may_act = may_act
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="reconcile")
        self._watched: dict[tuple[str, str], Watched] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, namespace: str, name: str) -> tuple[Resource, Reconciler] | None:
        """Return an experiment, and what keeps it going; None where there is none.

        This one may be called from any thread.
        """
        held = self._watched.get((namespace, name))
        return None if held is None else (held.resource, held.reconciler)

    def known(self) -> tuple[tuple[str, str], ...]:
        """Return namespace and name of all experiments; from any thread as well."""
        return tuple(sorted(self._watched))

    def see(self, body: Mapping[str, Any]) -> None:
        """Note what the API server tells of an experiment."""
        resource = read_resource(body)
        held = self._watched.get(resource.key)
        if held is not None and held.resource.uid == resource.uid:
            # A status that was just written is no reason to act.
            if _asks(held.resource) != _asks(resource):
                held.changed.set()
            held.resource = resource
            return
        if held is not None:
            self._drop(held)
        self._take_up(resource)

    def lose(self, body: Mapping[str, Any]) -> None:
        """Note that an experiment is gone."""
        resource = read_resource(body)
        held = self._watched.get(resource.key)
        if held is not None and held.resource.uid == resource.uid:
            del self._watched[resource.key]
            self._drop(held)

    async def close(self) -> None:
        """Let reconciles end and begin no more; what runs in Kubeflow Pipelines goes on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _take_up(self, resource: Resource) -> None:
        watched = Watched(resource=resource, reconciler=Reconciler(self._tools))
        self._watched[resource.key] = watched
        task = asyncio.create_task(self._look_after(watched), name=f"{resource.key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _drop(self, watched: Watched) -> None:
        watched.is_gone = True
        watched.changed.set()

    async def _look_after(self, watched: Watched) -> None:
        while not watched.is_gone:
            watched.changed.clear()
            pause_seconds: float | None = _IDLE_SECONDS
            if self._may_act():
                pause_seconds = await self._reconcile(watched)
            await _wait(watched.changed, pause_seconds)
        self._tools.metrics.forget(watched.resource.key)

    async def _reconcile(self, watched: Watched) -> float | None:
        loop = asyncio.get_running_loop()
        reconcile = watched.reconciler.reconcile
        try:
            return await loop.run_in_executor(self._threads, reconcile, watched.resource)
        except Exception:
            _logger.exception(
                "a fault cannot be shown", extra={"experiment": watched.resource.name}
            )
            return _AFTER_A_FAULT_SECONDS


def _asks(resource: Resource) -> tuple[object, ...]:
    """Return what of a resource is a reason to act, as it is not this controller's own doing."""
    return resource.generation, resource.deleted_at


async def _wait(changed: asyncio.Event, seconds: float | None) -> None:
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return
