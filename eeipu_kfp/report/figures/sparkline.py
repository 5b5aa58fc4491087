"""The best so far in the size of a word, for lists of experiments."""

from __future__ import annotations

from markupsafe import Markup

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.report import wording
from eeipu_kfp.report.figures.progress import Point, points_of, step_line
from eeipu_kfp.report.scales import Scale, fence
from eeipu_kfp.report.svg import element

_WIDTH, _HEIGHT, _EDGE = 200.0, 48.0, 6.0


def draw(experiment: Experiment, history: History) -> Markup:
    """Return the best so far over the whole budget; nothing before the first objective.

    The line ends where the budget is spent up to, in a dot at the best objective.
    """
    scored = [p for p in points_of(experiment.budget, history) if p.trial.objective is not None]
    best = history.best
    if not scored or best is None:
        return Markup("")
    spent = scored[-1].spent
    x = Scale(
        low=0.0,
        high=max(spent, experiment.budget.amount),
        start=_EDGE,
        stop=_WIDTH - _EDGE,
    )
    y = _objectives(experiment, scored)
    reached = [(p.spent, p.trial) for p in scored]
    value = best.objective or 0.0
    return element(
        "svg",
        element("path", d=f"M{_EDGE} {_HEIGHT - 1}H{_WIDTH - _EDGE}", class_="axis"),
        step_line(experiment.objective, x, y, reached, "step"),
        element("circle", cx=x(spent), cy=y(value), r=3.5, class_="best-dot"),
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        class_="sparkline",
        role="img",
        aria_label=_words(scored, value),
    )


def _objectives(experiment: Experiment, scored: list[Point]) -> Scale:
    """Return the axis from the first trial, or from the worst that is worth a place, to the best.

    A first trial far off would press all that comes later into a flat line.
    """
    score = experiment.objective.score
    scores = [score(p.trial.objective or 0.0) for p in scored]
    # A score's score is the value.
    low, high = sorted((score(max(fence(scores), scores[0])), score(max(scores))))
    return Scale(low=low, high=high, start=_HEIGHT - 2 * _EDGE, stop=_EDGE)


def _words(scored: list[Point], value: float) -> str:
    first = wording.number(scored[0].trial.objective or 0.0)
    return f"best so far: from {first} to {wording.number(value)}"
