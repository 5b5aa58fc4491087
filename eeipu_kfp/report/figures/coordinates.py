"""Parallel coordinates: every trial as a line through its values to its objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.space import Categorical, Domain
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.core.values import Value
from eeipu_kfp.report import wording
from eeipu_kfp.report.figures.progress import tip_of
from eeipu_kfp.report.palette import LEVELS, level_class, stage_class
from eeipu_kfp.report.scales import Scale, fence, padded
from eeipu_kfp.report.svg import (
    Figure,
    drawing,
    element,
    fitting,
    joined,
    key,
    line,
    text,
    width_of,
)

_WIDTH, _HEIGHT, _TOP, _BOTTOM, _SIDE = 1040.0, 376.0, 74.0, 356.0, 60.0
_NARROWEST_GAP = 84.0
_BETWEEN = 8.0
_BOLD = 13.0
_LEADING_LINES = 50
_OTHER_LINES = 150
_MOST_CHOICES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    name: str
    x: float
    y: Scale
    domain: Domain | None = None

    def place(self, value: Value) -> float:
        if isinstance(self.domain, Categorical):
            return self.y(self.domain.index(value))
        return self.y(float(value))  # type: ignore[arg-type]  # numbers in a numeric domain

    def labels(self) -> list[tuple[float, str]]:
        if isinstance(self.domain, Categorical):
            every = max(1, -(-self.domain.count // _MOST_CHOICES))
            choices = enumerate(self.domain.choices)
            return [(self.y(i), wording.value(v)) for i, v in choices if i % every == 0]
        ticks = self.y.ticks()
        if self.domain is None:
            return [(self.y(v), wording.number(v)) for v in ticks]
        return [(self.y(v), wording.number(v).replace(",", "")) for v in ticks]


def draw(experiment: Experiment, pipeline: Pipeline, history: History) -> Figure:
    """Return the tuned parameters as axes, by stage, and the objective as the last one."""
    leading = history.leading(len(history.trials))
    ranked = [t for t in leading if experiment.space.contains(t.configuration)]
    if not ranked:
        return Figure(note="No trial has an objective yet.")
    shown = _chosen(len(ranked))
    axes, width = _axes(experiment, pipeline, ranked)
    lines = [_line(axes, ranked[rank], rank, len(ranked)) for rank in shown]
    svg = drawing(
        "coordinates",
        f"{wording.count(len(shown), 'trial')} over {wording.count(len(axes) - 1, 'parameter')}.",
        width,
        _HEIGHT,
        element("g", *reversed(lines), class_="lines"),
        *_drawn_axes(axes),
        *_owners(pipeline, axes),
    )
    return Figure(svg=svg, legend=_legend(), note=_note(len(shown), len(ranked)))


def _chosen(among: int) -> list[int]:
    """Return the ranks that are drawn: the leading ones, and some of the others evenly."""
    leading = range(min(among, _LEADING_LINES))
    others = range(len(leading), among)
    every = max(1, -(-len(others) // _OTHER_LINES))
    return [*leading, *others[::every]]


def _axes(
    experiment: Experiment, pipeline: Pipeline, ranked: Sequence[Trial]
) -> tuple[tuple[_Axis, ...], float]:
    names = sorted(experiment.space, key=lambda name: _position(pipeline, name))
    width = max(_WIDTH, 2 * _SIDE + _NARROWEST_GAP * len(names))
    gap = (width - 2 * _SIDE) / len(names)
    axes = [
        _Axis(name=name, x=_SIDE + gap * i, y=_scale(domain), domain=domain)
        for i, name in enumerate(names)
        for domain in (experiment.space[name],)
    ]
    score = experiment.objective.score
    limit = fence([score(t.objective or 0.0) for t in ranked])
    values = [v for t in ranked if score(v := t.objective or 0.0) >= limit]
    low, high = padded(min(values), max(values))
    last = Scale(low=low, high=high, start=_BOTTOM, stop=_TOP)
    return (*axes, _Axis(name=experiment.objective.metric, x=width - _SIDE, y=last)), width


def _position(pipeline: Pipeline, parameter: str) -> int:
    owner = pipeline.owner(parameter)
    return pipeline.names.index(owner) if owner else len(pipeline.names)


def _scale(domain: Domain) -> Scale:
    if isinstance(domain, Categorical):
        return Scale(low=0.0, high=domain.count - 1.0, start=_BOTTOM, stop=_TOP)
    return Scale(low=domain.low, high=domain.high, start=_BOTTOM, stop=_TOP, log=domain.log)


def _line(axes: Sequence[_Axis], trial: Trial, rank: int, among: int) -> Markup:
    values = [
        *((axis, trial.configuration[axis.name]) for axis in axes[:-1]),
        (axes[-1], trial.objective or 0.0),
    ]
    path = "L".join(f"{axis.x:.0f} {axis.place(value):.1f}" for axis, value in values)
    kind = "trial-line best" if rank == 0 else f"trial-line {level_class(rank, among)}"
    tip = f"{tip_of(trial)}\n{wording.configuration(trial.configuration)}"
    return element(
        "path", element("title", tip), d=f"M{path}", class_=kind, data_trial=trial.number
    )


def _drawn_axes(axes: Sequence[_Axis]) -> list[Markup]:
    """Draw the axes; names too long for one row take turns in two."""
    gap = axes[1].x - axes[0].x
    *tuned, objective = axes
    longest = max(len(axis.name) for axis in tuned)
    rows = 1 if longest <= fitting(gap - _BETWEEN, _BOLD) else 2
    room = fitting(rows * gap - _BETWEEN, _BOLD)
    beside = rows * gap + _SIDE - width_of(tuned[-1].name, _BOLD) / 2 - _BETWEEN
    names = [_name(axis, room, index % rows) for index, axis in enumerate(tuned)]
    names.append(_name(objective, fitting(beside), len(tuned) % rows))
    return [*(_drawn(axis, fitting(gap - _BETWEEN)) for axis in axes), *names]


def _drawn(axis: _Axis, room: int) -> Markup:
    labels = (
        line(axis.x - 4, y, axis.x, y, kind="axis")
        + text(axis.x + 6, y + 4, wording.shorten(label, room - 2), kind="tick halo")
        for y, label in axis.labels()
    )
    return joined((line(axis.x, _TOP, axis.x, _BOTTOM, kind="axis"), *labels))


def _name(axis: _Axis, room: int, row: int) -> Markup:
    name = wording.shorten(axis.name, room)
    y = _TOP - 13 - 16 * row
    if axis.domain is None:
        title = text(axis.x + _SIDE, y, name, anchor="end", kind="best-label")
    else:
        middle = max(axis.x, width_of(name, _BOLD) / 2)
        title = text(middle, y, name, anchor="middle", kind="strong")
    return element("g", element("title", axis.name), title)


def _owners(pipeline: Pipeline, axes: Sequence[_Axis]) -> list[Markup]:
    """Bracket the axes that belong to one stage."""
    found = []
    for index, stage in enumerate(pipeline.names):
        own = [axis for axis in axes[:-1] if pipeline.owner(axis.name) == stage]
        if not own:
            continue
        half = (axes[1].x - axes[0].x) / 2 - 6
        left, right = own[0].x - half, own[-1].x + half
        bar = element(
            "rect", x=left, y=22, width=right - left, height=4, class_=f"run {stage_class(index)}"
        )
        name = wording.shorten(stage, fitting(right - left))
        label = text((left + right) / 2, 16, name, anchor="middle", kind="tick")
        found.append(bar + label)
    return found


def _legend() -> Markup:
    shades = ["worst fifth", *[""] * (LEVELS - 2), "best fifth"]
    entries = [
        (line(0, 6, 18, 6, kind=f"trial-line level-{n}"), shade) for n, shade in enumerate(shades)
    ]
    return key(*entries, (line(0, 6, 18, 6, kind="trial-line best"), "best trial"))


def _note(shown: int, of: int) -> str:
    if shown == of:
        return ""
    return (
        f"{shown:,} of {of:,} trials: the best {_LEADING_LINES}, and some of the others, spread "
        "evenly from the best to the worst."
    )
