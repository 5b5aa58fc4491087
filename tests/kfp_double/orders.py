"""Orders to the double from another process, as documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tests.kfp_double.faults import Fault, Faults, Kind
from tests.kfp_double.refusals import invalid
from tests.kfp_double.runs import Mishap

Order = Mapping[str, Any]


class Orderable(Protocol):
    """What can be told to go wrong."""

    faults: Faults

    def terminate(self, run_id: str) -> None:
        """End a run from the backend's side."""
        ...

    def delete(self, run_id: str) -> None:
        """Forget a run."""
        ...

    def leave(self, seconds: float) -> None:
        """Refuse connections for a while."""
        ...


def obey(double: Orderable, order: Order) -> None:
    """Do what a document says.

    `kind` is that of a fault, with the fields of `Fault`; `strike` with `stage` and `mishap`;
    `terminate` or `delete` with `run`; `leave` with `seconds`; or `clear`.

    Raises:
        RefusalError: It says nothing that is known.
    """
    orders: dict[str, Callable[[], None]] = {
        "strike": lambda: double.faults.strike(order["stage"], Mishap(order["mishap"])),
        "terminate": lambda: double.terminate(order["run"]),
        "delete": lambda: double.delete(order["run"]),
        "leave": lambda: double.leave(float(order["seconds"])),
        "clear": double.faults.clear,
        **dict.fromkeys(Kind, lambda: double.faults.next(_fault(order))),
    }
    try:
        orders[order.get("kind", "")]()
    except (KeyError, TypeError, ValueError) as error:
        message = f"the double cannot do {dict(order)}: {error!r}"
        raise invalid(message) from error


def _fault(order: Order) -> Fault:
    return Fault(**{**order, "kind": Kind(order["kind"])})
