"""Best so far against what was spent: what each part of the budget has bought."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.trial import Trial, TrialState
from eeipu_kfp.report import wording
from eeipu_kfp.report.scales import Scale, fence, padded
from eeipu_kfp.report.svg import Figure, cross, drawing, element, joined, key, line, text

_WIDTH, _HEIGHT = 1040.0, 340.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 72.0, 1020.0, 30.0, 296.0
_FAILED_STRIP = 20.0
_LABEL_SPACE = 130.0
_MOST_DOTS = 1500
_CROWD = 300
_DOT, _SMALL_DOT = 3.5, 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A trial that has ended, at what had been spent by then.

    Attributes:
        trial: The trial.
        spent: What had been charged to the budget, this trial included.
        uncached: What would have been, without the cache.
    """

    trial: Trial
    spent: float
    uncached: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plane:
    x: Scale
    y: Scale
    budget: Budget
    objective: Objective
    clipped_below: float
    dot: float

    def clips(self, value: float) -> bool:
        return self.objective.score(value) < self.clipped_below


def draw(experiment: Experiment, history: History) -> Figure:
    """Return the best objective so far as a step line, with a mark for every trial."""
    points = points_of(experiment.budget, history)
    scored = [p for p in points if p.trial.objective is not None]
    if not scored:
        return Figure(note="No trial has an objective yet.")
    plane = _plane(experiment, points, [p.trial.objective or 0.0 for p in scored])
    marks = joined(_mark(plane, p) for p in points[-_MOST_DOTS:])
    description = (
        f"{wording.count(len(scored), 'trial')} with an objective; best "
        f"{wording.number((history.best or scored[0].trial).objective or 0.0)}."
    )
    objective = experiment.objective
    bare = [(p.uncached, p.trial) for p in scored]
    reached = [(p.spent, p.trial) for p in scored]
    svg = drawing(
        "progress",
        description,
        _WIDTH,
        _HEIGHT,
        _axes(experiment, plane),
        step_line(objective, plane.x, plane.y, bare, "step bare"),
        step_line(objective, plane.x, plane.y, reached, "step"),
        marks,
        _best(plane, scored, history.best),
    )
    return Figure(svg=svg, legend=_legend(points), note=_note(plane, scored))


def points_of(budget: Budget, history: History) -> tuple[Point, ...]:
    """Return the trials in the order they ended, with what had been spent by then."""
    ended = sorted(
        (t for t in history.trials if t.state.is_terminal),
        key=lambda t: (math.inf if t.finished_at is None else t.finished_at, t.number),
    )
    points: list[Point] = []
    spent = saved = 0.0
    for trial in ended:
        spent += budget.spent_on(trial)
        saved += budget.saved_on(trial)
        points.append(Point(trial=trial, spent=spent, uncached=spent + saved))
    return tuple(points)


def _plane(experiment: Experiment, points: Sequence[Point], values: Sequence[float]) -> _Plane:
    objective = experiment.objective
    limit = fence([objective.score(v) for v in values])
    shown = [v for v in values if objective.score(v) >= limit]
    if objective.goal is not None and _near(objective.goal, shown):
        shown.append(objective.goal)
    low, high = padded(min(shown), max(shown))
    spent, amount = points[-1].spent, experiment.budget.amount
    end = max(spent, amount if spent > amount / 4 else spent)
    return _Plane(
        x=Scale(low=0.0, high=end or 1.0, start=_LEFT, stop=_RIGHT),
        y=Scale(low=low, high=high, start=_BOTTOM - _FAILED_STRIP, stop=_TOP),
        budget=experiment.budget,
        objective=objective,
        clipped_below=limit,
        dot=_DOT if len(points) < _CROWD else _SMALL_DOT,
    )


def _near(goal: float, shown: Sequence[float]) -> bool:
    low, high = min(shown), max(shown)
    return low - (high - low) <= goal <= high + (high - low)


def _axes(experiment: Experiment, plane: _Plane) -> Markup:
    objective = experiment.objective
    spent = f"{wording.charged(plane.budget, 'seconds')} spent"
    better = "larger" if objective.direction is Direction.MAXIMIZE else "smaller"
    return joined(
        (
            text(0, 14, f"{objective.metric} ({better} is better)", kind="axis-title"),
            text(_RIGHT, _HEIGHT - 6, spent, anchor="end", kind="axis-title"),
            *(_value_tick(plane, v) for v in plane.y.ticks()),
            *_cost_ticks(plane),
            _goal(plane),
            _budget(plane),
        )
    )


def _value_tick(plane: _Plane, value: float) -> Markup:
    y = plane.y(value)
    label = text(_LEFT - 8, y + 4, wording.number(value), anchor="end", kind="tick")
    return line(_LEFT, y, _RIGHT, y, kind="grid") + label


def _cost_ticks(plane: _Plane) -> Iterable[Markup]:
    if plane.budget.prices:
        return (_cost_tick(plane, cost, wording.number(cost)) for cost in plane.x.ticks())
    ticks, like = plane.x.time_ticks(), plane.x.high
    return (_cost_tick(plane, cost, wording.time_tick(cost, like=like)) for cost in ticks)


def _cost_tick(plane: _Plane, cost: float, label: str) -> Markup:
    x = plane.x(cost)
    return line(x, _BOTTOM, x, _BOTTOM + 4, kind="axis") + text(
        x, _BOTTOM + 18, label, anchor="middle", kind="tick"
    )


def _goal(plane: _Plane) -> Markup:
    goal = plane.objective.goal
    if goal is None or not plane.y.low <= goal <= plane.y.high:
        return Markup("")
    y = plane.y(goal)
    label = text(_LEFT + 6, y - 5, f"goal {wording.number(goal)}", kind="mark-label")
    return line(_LEFT, y, _RIGHT, y, kind="goal") + label


def _budget(plane: _Plane) -> Markup:
    budget = plane.budget
    if budget.amount > plane.x.high:
        return Markup("")
    x = plane.x(budget.amount)
    label = f"budget {wording.cost(budget, budget.amount)}"
    return line(x, _TOP, x, _BOTTOM, kind="budget-line") + text(
        x, _TOP - 8, label, anchor="end" if x > _WIDTH - _LABEL_SPACE else "middle", kind="tick"
    )


def step_line(
    objective: Objective, x: Scale, y: Scale, reached: Sequence[tuple[float, Trial]], kind: str
) -> Markup:
    """Return the best so far as a line of steps; nothing where none is on the axis.

    Args:
        objective: Which way is better.
        x: The axis of costs.
        y: The axis of the objective.
        reached: Trials with an objective, and what had been spent when each ended, in order.
        kind: The CSS classes of the line.
    """
    path = ""
    best = -math.inf
    for cost, trial in reached:
        value = trial.objective or 0.0
        if objective.score(value) <= best or cost > x.high:
            continue
        best = objective.score(value)
        path += f"H{x(cost):.1f}V{y(value):.1f}" if path else f"M{x(cost):.1f} {y(value):.1f}"
    end = min(reached[-1][0], x.high)
    return element("path", d=f"{path}H{x(end):.1f}", class_=kind) if path else Markup("")


def _mark(plane: _Plane, point: Point) -> Markup:
    trial = point.trial
    x = plane.x(point.spent)
    tip = f"{tip_of(trial)}\nafter {wording.cost(plane.budget, point.spent)}"
    if trial.objective is None:
        if trial.state is not TrialState.FAILED:
            return Markup("")
        return cross(x, _BOTTOM - 9, class_="failed", data_trial=trial.number, tip=tip)
    kind = "dot warm" if trial.is_warm_up else "dot"
    y = plane.y(trial.objective)
    title = element("title", tip)
    if plane.clips(trial.objective):
        worse = 1 if plane.objective.direction is Direction.MAXIMIZE else -1
        path = f"M{x - 4:.1f} {y - 3 * worse:.1f}h8l-4 {6 * worse}z"
        return element("path", title, d=path, class_=kind, data_trial=trial.number)
    return element("circle", title, cx=x, cy=y, r=plane.dot, class_=kind, data_trial=trial.number)


def tip_of(trial: Trial) -> str:
    """Return what the tooltip of a trial begins with: number, objective or state, and cost."""
    objective = trial.objective
    result = trial.state.value.lower() if objective is None else wording.number(objective)
    spent, saved = wording.duration(trial.spent_seconds), wording.duration(trial.saved_seconds)
    return f"Trial {trial.number}: {result}, {spent} spent, {saved} saved"


def _best(plane: _Plane, scored: Sequence[Point], best: Trial | None) -> Markup:
    point = next((p for p in scored if p.trial is best), None)
    if point is None:
        return Markup("")
    value = point.trial.objective or 0.0
    x, y = plane.x(point.spent), plane.y(value)
    left = x > _RIGHT - _LABEL_SPACE
    above = plane.objective.direction is Direction.MAXIMIZE
    label = text(
        x - 10 if left else x + 10,
        y - 8 if above else y + 18,
        f"#{point.trial.number}: {wording.number(value)}",
        anchor="end" if left else "start",
        kind="best-label",
    )
    return element("circle", cx=x, cy=y, r=6.5, class_="best-ring") + label


def _legend(points: Sequence[Point]) -> Markup:
    step = (line(0, 6, 18, 6, kind="step"), "best so far")
    bare = (line(0, 6, 18, 6, kind="step bare"), "the same trials without the cache")
    dot = (element("circle", cx=9, cy=6, r=_DOT, class_="dot"), "trial")
    warm = (element("circle", cx=9, cy=6, r=_DOT, class_="dot warm"), "warm-up trial")
    failed = (cross(9, 6, class_="failed"), "failed trial")
    entries = [step, bare, dot]
    if any(p.trial.is_warm_up for p in points):
        entries.append(warm)
    if any(p.trial.state is TrialState.FAILED for p in points):
        entries.append(failed)
    return key(*entries)


def _note(plane: _Plane, scored: Sequence[Point]) -> str:
    clipped = [v for p in scored if plane.clips(v := p.trial.objective or 0.0)]
    if not clipped:
        return ""
    worst = min(clipped, key=plane.objective.score)
    limit = plane.objective.score(plane.clipped_below)
    have = "trial is" if len(clipped) == 1 else "trials are"
    return (
        f"{len(clipped)} {have} worse than {wording.number(limit)} and drawn as triangles at the "
        f"edge (the worst is {wording.number(worst)}), so that the others can be told apart."
    )
