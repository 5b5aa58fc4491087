"""The progress of an experiment as lines of a task's log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eeipu_kfp.cluster.standing import Standing
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.report import wording

Say = Callable[[str], None]
_OPEN = {TrialState.PENDING.value, TrialState.RUNNING.value}


class Progress:
    """Says what is new of an experiment, a line a trial."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._told: set[int] = set()
        self._last = 0
        self._trouble: str | None = None
        self._budget: str | None = None

    def show(self, standing: Standing) -> None:
        """Say what has happened since the last time."""
        self._show_trouble(standing)
        result = standing.result()
        ended = [row for row in result["trialList"] if row["state"] not in _OPEN]
        news = [row for row in ended if row["trial"] not in self._told]
        if not news:
            return
        self._show_gap(result, news)
        best = (result["best"] or {}).get("trial")
        for row in news:
            self._say(_line(row, is_best=row["trial"] == best))
            self._told.add(row["trial"])
        if standing.budget not in {None, self._budget}:
            self._budget = standing.budget
            saved = wording.duration(result["savedSeconds"])
            self._say(f"{self._budget}, {saved} saved by the cache")

    def _show_gap(self, result: Mapping[str, Any], news: list[Mapping[str, Any]]) -> None:
        """Say what no status has shown, because there were many trials at once."""
        missed = news[0]["trial"] - 1 - self._last
        listed = [row["trial"] for row in result["trialList"]]
        is_seen = any(number < news[0]["trial"] for number in listed)
        if missed > 0 and not is_seen:
            self._say(f"... {wording.count(missed, 'trial')} before that")
        self._last = max(self._last, *(row["trial"] for row in news))

    def _show_trouble(self, standing: Standing) -> None:
        trouble = standing.trouble
        if trouble is None and standing.is_suspended:
            trouble = standing.conditions["Complete"].get("message", "suspended")
        if trouble == self._trouble:
            return
        self._trouble = trouble
        self._say("goes on" if trouble is None else f"does not go on: {trouble}")


def _line(row: Mapping[str, Any], *, is_best: bool) -> str:
    objective = row["objective"]
    value = row["state"] if objective is None else f"{objective:.6g}"
    parts = [f"trial {row['trial']:4d}", f"{value:<10}", wording.duration(row["spent_seconds"])]
    if row["saved_seconds"]:
        parts.append(f"{wording.duration(row['saved_seconds'])} saved")
    if row["failure"]:
        parts.append(row["failure"])
    return "  ".join([*parts, *(["best so far"] if is_best else [])])
