"""The report page: one HTML file that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.suggestion import StopReason
from eeipu_kfp.report import health, palette, table, wording
from eeipu_kfp.report.figures import coordinates, costs, importance, prefixes, progress, timeline
from eeipu_kfp.report.sensitivity import estimate
from eeipu_kfp.report.summary import Summary, summarise
from eeipu_kfp.report.svg import element, joined

_STOPS = {
    StopReason.BUDGET_EXHAUSTED: "Budget used up",
    StopReason.GOAL_REACHED: "Goal reached",
    StopReason.MAX_TRIALS_REACHED: "All trials done",
    StopReason.TOO_MANY_FAILED_TRIALS: "Too many failed trials",
    StopReason.SPACE_EXHAUSTED: "Every configuration tried",
}


def render(
    experiment: Experiment,
    pipeline: Pipeline,
    history: History,
    *,
    generated_at: float,
    stop: tuple[StopReason, str] | None = None,
) -> str:
    """Return the page as HTML; the same input gives the same text.

    Args:
        experiment: What was asked for.
        pipeline: The stages.
        history: What became of it so far.
        generated_at: When the page is made, in seconds since the epoch.
        stop: Why the experiment ended, with a message for people; None while it goes on.
    """
    summary = summarise(pipeline, history)
    findings = health.checks(experiment, pipeline, history)
    return _template().render(
        experiment=experiment,
        pipeline=pipeline,
        summary=summary,
        headline=_headline(summary, stop),
        charged=_charged(experiment.budget, history),
        figures=_figures(experiment, pipeline, history, summary),
        findings=findings,
        concerns=sum(finding.is_warning for finding in findings),
        rows=table.rows(history),
        generated=datetime.fromtimestamp(generated_at, UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _headline(summary: Summary, stop: tuple[StopReason, str] | None) -> Mapping[str, object]:
    unfinished = "Running" if summary.active else "Unfinished"
    whole = summary.cost_without_reuse_seconds
    best = summary.best
    return {
        "state": _STOPS[stop[0]] if stop else unfinished,
        "message": stop[1] if stop else "",
        "objective": wording.number(best.objective) if best and best.objective is not None else "",
        "reuse": (
            f"{summary.stage_hits:,} of {wording.count(summary.stage_runs, 'stage run')} came from "
            f"the cache: {wording.duration(summary.saved_seconds, like=whole)} of "
            f"{wording.duration(whole)} saved"
        ),
    }


def _charged(budget: Budget, history: History) -> Mapping[str, object]:
    spent = budget.spent(history.trials)
    return {
        "what": wording.charged(budget),
        "each": budget.currency if budget.prices else f"second of {wording.charged(budget)}",
        "spent": wording.cost(budget, spent, like=budget.amount),
        "amount": wording.cost(budget, budget.amount),
        "share": min(1.0, spent / budget.amount),
        "percent": wording.percent(spent, budget.amount),
    }


def _figures(
    experiment: Experiment, pipeline: Pipeline, history: History, summary: Summary
) -> Mapping[str, object]:
    return {
        "progress": progress.draw(experiment, history),
        "timeline": timeline.draw(pipeline, history),
        "costs": costs.draw(summary),
        "coordinates": coordinates.draw(experiment, pipeline, history),
        "importance": importance.draw(pipeline, estimate(experiment.space, history)),
        "prefixes": prefixes.draw(experiment, pipeline, history),
    }


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("eeipu_kfp.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    environment.globals.update(
        style=palette.style_sheet() + _part("page.css"),
        script=_part("page.js"),
        hatches=palette.hatches(),
        value=wording.value,
        count=wording.count,
    )
    return environment.get_template("page.html")


def _code(words: str) -> Markup:
    """Mark what stands between backticks as code."""
    parts = words.split("`")
    return joined(element("code", part) if index % 2 else part for index, part in enumerate(parts))


def _part(name: str) -> Markup:
    return Markup(  # noqa: S704  # files of this package
        files("eeipu_kfp.report").joinpath("template", name).read_text("utf-8")
    )
