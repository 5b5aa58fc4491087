"""A line for each experiment: where it stands, the best so far, budget, hits and savings."""

from __future__ import annotations

from typing import Any

from eeipu_kfp.errors import EeipuError
from eeipu_kfp.report import wording
from eeipu_kfp.report.figures import sparkline
from eeipu_kfp.report.page import charged
from eeipu_kfp.report.summary import Summary, summarise
from eeipu_kfp.ui.snapshot import Kind, Snapshot, Standing


def line_of(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the list of experiments shows of one; texts for people, HTML for the drawing."""
    summary = summarise(snapshot.pipeline, snapshot.history)
    experiment = snapshot.experiment
    budget = charged(experiment.budget, snapshot.history)
    return {
        "key": snapshot.key,
        "name": experiment.name,
        "namespace": snapshot.namespace,
        "standing": standing_of(snapshot.standing),
        "metric": experiment.objective.metric,
        "direction": experiment.objective.direction.value,
        "best": _best(summary),
        "sparkline": str(sparkline.draw(experiment, snapshot.history)),
        "budget": {name: budget[name] for name in ("spent", "amount", "share", "percent", "what")},
        "trials": _trials(summary),
        "reuse": _reuse(summary),
    }


def unreadable(key: str, error: EeipuError) -> dict[str, Any]:
    """Return the line of an experiment that cannot be shown, with what to do about it."""
    return bare(key, Standing(kind=Kind.TROUBLED, words="Cannot be read", message=str(error)))


def unread(key: str) -> dict[str, Any]:
    """Return the line of an experiment that is read a little later."""
    return bare(key, Standing(kind=Kind.WAITING, words="Being read"))


def bare(key: str, standing: Standing) -> dict[str, Any]:
    """Return the line of an experiment of which no more is known than where it stands."""
    namespace, _, name = key.rpartition(":")
    return {
        "key": key,
        "name": name,
        "namespace": namespace,
        "standing": standing_of(standing),
        "metric": None,
    }


def standing_of(standing: Standing) -> dict[str, str]:
    """Return where an experiment stands, as plain data."""
    return {
        "kind": standing.kind.value,
        "words": standing.words,
        "message": standing.message,
    }


def _best(summary: Summary) -> dict[str, Any] | None:
    best = summary.best
    if best is None or best.objective is None:
        return None
    return {"objective": wording.number(best.objective), "trial": best.number}


def _trials(summary: Summary) -> dict[str, int]:
    return {"total": summary.trials, "failed": summary.failed, "active": summary.active}


def _reuse(summary: Summary) -> dict[str, Any]:
    whole = summary.cost_without_reuse_seconds
    return {
        "hits": summary.stage_hits,
        "runs": summary.stage_runs,
        "hitPercent": wording.percent(summary.stage_hits, summary.stage_runs),
        "saved": wording.duration(summary.saved_seconds, like=whole),
        "whole": wording.duration(whole),
        "savedPercent": wording.percent(summary.saved_seconds, whole),
    }
