"""The report page: one HTML file that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
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
SECTIONS = (
    "header",
    "progress",
    "timeline",
    "costs",
    "importance",
    "coordinates",
    "prefixes",
    "health",
)
"""The parts of the page, in order, beside its table of trials."""


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
    unfinished = "Running" if history.active else "Unfinished"
    state = stop_words(stop[0]) if stop else unfinished
    template = _environment().get_template("page.html")
    return template.render(
        page=_page(experiment, pipeline, history, state=state, message=stop[1] if stop else ""),
        rows=table.rows(history),
        generated=datetime.fromtimestamp(generated_at, UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def sections(
    experiment: Experiment, pipeline: Pipeline, history: History, *, state: str, message: str = ""
) -> dict[str, str]:
    """Return the parts of the page as HTML by their names, in order, without the trials.

    They need `style_sheet` and `hatches`, and say more with `script`.

    Args:
        experiment: What was asked for.
        pipeline: The stages.
        history: What became of it so far.
        state: Where it stands, in a word or two.
        message: What there is to say of that, for people.
    """
    page = _page(experiment, pipeline, history, state=state, message=message)
    macros: object = _environment().get_template("parts.html").module
    return {name: str(getattr(macros, name)(page)) for name in SECTIONS}


def stop_words(reason: StopReason) -> str:
    """Return what is said of an experiment that has ended, in a few words."""
    return _STOPS[reason]


def style_sheet() -> str:
    """Return the style of all parts of the page."""
    return str(palette.style_sheet()) + _part("page.css")


def script() -> str:
    """Return the script that shows what a mark stands for, and lights up the marks of a trial.

    It takes up marks that come later when it is told of them: `takeUpMarks(element)`.
    """
    return str(_part("marks.js"))


def _page(
    experiment: Experiment, pipeline: Pipeline, history: History, *, state: str, message: str
) -> Mapping[str, object]:
    summary = summarise(pipeline, history)
    findings = health.checks(experiment, pipeline, history)
    return {
        "experiment": experiment,
        "pipeline": pipeline,
        "summary": summary,
        "headline": {"state": state, "message": message, **_headline(summary)},
        "charged": charged(experiment.budget, history),
        "figures": _figures(experiment, pipeline, history, summary),
        "findings": findings,
        "concerns": sum(finding.is_warning for finding in findings),
    }


def _headline(summary: Summary) -> Mapping[str, object]:
    whole = summary.cost_without_reuse_seconds
    best = summary.best
    return {
        "objective": wording.number(best.objective) if best and best.objective is not None else "",
        "reuse": (
            f"{summary.stage_hits:,} of {wording.count(summary.stage_runs, 'stage run')} came from "
            f"the cache: {wording.duration(summary.saved_seconds, like=whole)} of "
            f"{wording.duration(whole)} saved"
        ),
    }


def charged(budget: Budget, history: History) -> Mapping[str, Any]:
    """Return what is said of a budget: what it is spent in, how much of it, and the share."""
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
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("eeipu_kfp.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    environment.globals.update(
        style=Markup(style_sheet()),  # noqa: S704  # files of this package
        script=_part("marks.js") + _part("links.js") + _part("table.js"),
        hatches=palette.hatches(),
        value=wording.value,
        count=wording.count,
    )
    return environment


def _code(words: str) -> Markup:
    """Mark what stands between backticks as code."""
    parts = words.split("`")
    return joined(element("code", part) if index % 2 else part for index, part in enumerate(parts))


def _part(name: str) -> Markup:
    return Markup(  # noqa: S704  # files of this package
        files("eeipu_kfp.report").joinpath("template", name).read_text("utf-8")
    )
