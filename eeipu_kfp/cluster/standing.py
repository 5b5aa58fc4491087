"""Where an experiment on a cluster stands, as its own status tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from eeipu_kfp.experiment.status import NEEDS_A_USER

READY, COMPLETE, FAILED = "Ready", "Complete", "Failed"
_OPEN = ("Pending", "Running")


class Standing:
    """A `TuningExperiment` of a cluster, read for people.

    Attributes:
        name: What it is called.
        metric: What it improves.
        conditions: What holds of it, by type.
    """

    def __init__(self, resource: Mapping[str, Any]) -> None:
        self.name = str(resource["metadata"]["name"])
        self.metric = str(resource["spec"]["objective"]["metric"])
        money = (resource["spec"].get("budget") or {}).get("money")
        self._unit = "s" if money is None else str(money.get("currency", "money"))
        self._status = resource.get("status") or {}
        self.conditions: Mapping[str, Mapping[str, Any]] = {
            condition["type"]: condition for condition in self._status.get("conditions") or ()
        }

    @property
    def is_seen(self) -> bool:
        """Whether a controller has taken it up."""
        return bool(self.conditions)

    @property
    def has_ended(self) -> bool:
        """Whether there are no more trials."""
        return self.stop is not None

    @property
    def has_failed(self) -> bool:
        """Whether it has ended because too much has gone wrong."""
        return self._holds(FAILED)

    @property
    def stop(self) -> dict[str, str] | None:
        """Why there are no more trials, as reason and message; None while there may be."""
        for kind in (FAILED, COMPLETE):
            if self._holds(kind):
                found = self.conditions[kind]
                return {name: str(found.get(name, "")) for name in ("reason", "message")}
        return None

    @property
    def trouble(self) -> str | None:
        """Why it does not go on, and for which reason; None where nothing is in its way."""
        ready = self.conditions.get(READY)
        if ready is None or ready.get("status") == "True":
            return None
        return f"{ready.get('reason')}: {ready.get('message')}"

    @property
    def mistake(self) -> str | None:
        """What a user must correct before it can go on; None where there is no such thing."""
        ready = self.conditions.get(READY)
        if ready is None or ready.get("status") == "True":
            return None
        return str(ready.get("message")) if ready.get("reason") in NEEDS_A_USER else None

    @property
    def is_suspended(self) -> bool:
        """Whether new trials are held back."""
        return self.conditions.get(COMPLETE, {}).get("reason") == "Suspended"

    @property
    def budget(self) -> str | None:
        """What was spent of how much; None before that is known."""
        found = self._status.get("budget")
        if found is None:
            return None
        spent, total = (float(found[name]) for name in ("spent", "total"))
        return f"{spent:.6g} of {total:.6g} {self._unit} spent"

    @property
    def latest_trial(self) -> int | None:
        """The number of the latest trial; None before the first."""
        recent = self._status.get("recentTrials")
        return int(recent[0]["number"]) if recent else None

    def is_open(self, trial: int) -> bool:
        """Whether a trial of late has not ended."""
        recent = self._status.get("recentTrials") or ()
        return any(one["number"] == trial and one["state"] in _OPEN for one in recent)

    def result(self) -> dict[str, Any]:
        """Return what the status knows of the result, in the form that the controller has it."""
        trials, cache = self._status.get("trials") or {}, self._status.get("cache") or {}
        hits = int(cache.get("hits", 0))
        recent = reversed(self._status.get("recentTrials") or ())
        return {
            "best": self._best(),
            "trials": trials.get("total", 0),
            "failed": trials.get("failed", 0),
            "spentSeconds": None,
            "savedSeconds": float(cache.get("savedSeconds", 0)),
            "stageRuns": int(cache.get("stageRuns", 0)) + hits,
            "stageHits": hits,
            "stop": self.stop,
            "report": None,
            "trialList": [_trial(one) for one in recent],
        }

    def _best(self) -> dict[str, Any] | None:
        best = self._status.get("bestTrial")
        return best and {
            "trial": best["number"],
            "objective": float(best["objective"]),
            "configuration": {p["name"]: _value(p["value"]) for p in best.get("parameters", ())},
        }

    def _holds(self, kind: str) -> bool:
        return self.conditions.get(kind, {}).get("status") == "True"


def _trial(recent: Mapping[str, Any]) -> dict[str, Any]:
    objective = recent.get("objective")
    return {
        "trial": recent["number"],
        "state": recent["state"],
        "objective": None if objective is None else float(objective),
        "spent_seconds": float(recent.get("spentSeconds", 0)),
        "saved_seconds": float(recent.get("savedSeconds", 0)),
        "cached": [],
        "failure": recent.get("message"),
        "configuration": {},
    }


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
