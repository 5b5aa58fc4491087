"""The importance of the parameters, as bars."""

from __future__ import annotations

from markupsafe import Markup

from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.report import wording
from eeipu_kfp.report.palette import stage_class
from eeipu_kfp.report.scales import Scale
from eeipu_kfp.report.sensitivity import FEWEST_TRIALS, Importance, Sensitivity
from eeipu_kfp.report.svg import Figure, drawing, element, fitting, joined, text

_WIDTH, _ROW, _BAR = 500.0, 42.0, 12.0
_TRUSTED_TRIALS = 30
_TRUSTED_SHARE = 0.3
_MOST = 12


def draw(pipeline: Pipeline, sensitivity: Sensitivity | None) -> Figure:
    """Return a bar for each parameter, in the colour of the stage that owns it."""
    if sensitivity is None:
        least = wording.count(FEWEST_TRIALS, "trial")
        return Figure(note=f"Needs at least {least} with different objectives.")
    shown = sensitivity.importances[:_MOST]
    x = Scale(low=0.0, high=shown[0].share or 1.0, start=0.0, stop=_WIDTH - 60)
    bars = joined(_bar(pipeline, importance, i, x) for i, importance in enumerate(shown))
    description = ", ".join(f"{i.parameter} {wording.percent(i.share, 1)}" for i in shown)
    return Figure(
        svg=drawing("importance", description, _WIDTH, _ROW * len(shown), bars),
        note=_note(sensitivity),
    )


def _bar(pipeline: Pipeline, importance: Importance, index: int, x: Scale) -> Markup:
    top = index * _ROW
    owner = pipeline.owner(importance.parameter)
    colour = stage_class(pipeline.names.index(owner)) if owner else "stage-none"
    width = max(1.0, x(importance.share))
    best = f"best near {wording.shorten(wording.value(importance.best_near), 18)}"
    name = wording.shorten(importance.parameter, fitting(_WIDTH, 14) - len(best) - 2)
    return element(
        "g",
        element("title", f"{importance.parameter}, read first by {owner or 'no stage'}"),
        text(0, top + 14, name, kind="strong"),
        text(_WIDTH, top + 14, best, anchor="end", kind="tick"),
        element("rect", x=0, y=top + 20, width=width, height=_BAR, class_=f"run {colour}"),
        text(width + 8, top + 30, wording.percent(importance.share, 1), kind="tick"),
    )


def _note(sensitivity: Sensitivity) -> str:
    explained = wording.percent(max(0.0, sensitivity.explained), 1)
    doubt = ""
    if sensitivity.trials < _TRUSTED_TRIALS or sensitivity.explained < _TRUSTED_SHARE:
        doubt = " Treat it as a hint only."
    left_out = sensitivity.importances[_MOST:]
    more = (
        f" {wording.count(len(left_out), 'parameter')} less important left out." if left_out else ""
    )
    return (
        "Each parameter's share of what an additive quadratic ridge model on the objective's ranks "
        f"explains. It rests on {wording.count(sensitivity.trials, 'trial')} and predicts "
        f"{explained} of the variation in left-out trials.{doubt} Do not trust it below "
        f"{_TRUSTED_TRIALS} trials or {wording.percent(_TRUSTED_SHARE, 1)}; it "
        f"sees no interactions, and only the region that was searched.{more}"
    )
