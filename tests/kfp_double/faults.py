"""What goes wrong on demand."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.kfp_double.runs import Mishap

ANY = "*"
METADATA = "metadata"
ORDERS = "give_order"


class Kind(StrEnum):
    """What becomes of a request."""

    REFUSE = "refuse"
    HANG = "hang"
    LOSE = "lose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What becomes of the next requests.

    Attributes:
        kind: REFUSE answers by an error, HANG does nothing and never answers, LOSE does as it is
            told and never says so.
        route: The route's name, such as `create_run`; `metadata` for the metadata service, `*`
            for all of the API.
        times: How many requests it is for.
        status: The HTTP status of a refusal.
        seconds: How long a connection hangs before it is closed.
    """

    kind: Kind
    route: str = ANY
    times: int = 1
    status: int = 503
    seconds: float = 60.0


class Faults:
    """The faults that are still to happen, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._mishaps: list[tuple[str, Mishap]] = []

    def next(self, fault: Fault) -> None:
        """Let the next requests go wrong."""
        with self._lock:
            self._faults.append(fault)

    def strike(self, stage: str, mishap: Mishap) -> None:
        """Let something happen to the pod of a stage, in the next run that has this stage."""
        with self._lock:
            self._mishaps.append((stage, mishap))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._faults.clear()
            self._mishaps.clear()

    def take(self, route: str) -> Fault | None:
        """Return what becomes of a request; None where it is served."""
        with self._lock:
            for place, fault in enumerate(self._faults):
                is_any = fault.route == ANY and route not in {METADATA, ORDERS}
                if fault.route == route or is_any:
                    left = replace(fault, times=fault.times - 1)
                    self._faults[place : place + 1] = [left] if left.times > 0 else []
                    return fault
        return None

    def take_mishaps(self, stages: Iterable[str]) -> dict[str, Mishap]:
        """Return what is to become of a new run's stages, at most one thing for each."""
        wanted = set(stages)
        taken: dict[str, Mishap] = {}
        with self._lock:
            for stage, mishap in [*self._mishaps]:
                if stage in wanted and stage not in taken:
                    taken[stage] = mishap
                    self._mishaps.remove((stage, mishap))
        return taken
