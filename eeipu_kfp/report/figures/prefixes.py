"""The stage tree: which prefixes were tried, how often, and which led to the best trial."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.report import wording
from eeipu_kfp.report.palette import stage_class
from eeipu_kfp.report.svg import Figure, drawing, element, fitting, joined, text
from eeipu_kfp.report.tree import Level, Prefix, grow, levels_of

_WIDTH, _TOP, _ROW, _LEAF_SPACE = 1040.0, 36.0, 30.0, 120.0
_SMALL, _SMALL_ROW = 11.5, 15.0
_VALUE_ROOM = 8
_NARROWEST = 150.0
_FAN = 46.0
_SEPARATOR = " \N{MIDDLE DOT} "
_THINNEST, _THICKEST = 1.2, 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """What every branch needs: whose history it is and how wide a level stands.

    Attributes:
        history: All trials.
        levels: The levels from left to right.
        column: Width of a level.
    """

    history: History
    levels: tuple[Level, ...]
    column: float

    @property
    def top(self) -> float:
        """Where the branches begin, below the longest list of names."""
        names = (len(self.names(level)) for level in self.levels)
        return _TOP + _SMALL_ROW * max(names, default=0)

    def names(self, level: Level) -> list[str]:
        """Return the lines that name a level's parameters, where its labels have no room to."""
        room = fitting(self.column - _FAN, _SMALL)
        if sum(len(name) + _VALUE_ROOM for name in level.parameters) <= room:
            return []
        return textwrap.wrap(_SEPARATOR.join(level.parameters), room, break_on_hyphens=False)

    def left(self, depth: int) -> float:
        """Where the labels of a level begin, behind the curves that lead to it."""
        return depth * self.column + _FAN * bool(depth)


def draw(experiment: Experiment, pipeline: Pipeline, history: History) -> Figure:
    """Return the tree of prefixes: a level for each stage that adds tuned parameters."""
    levels = levels_of(experiment.space, pipeline)
    root = grow(levels, history)
    if not root.trials or not levels:
        return Figure(note="No stage has run yet.")
    width = max(_WIDTH, _NARROWEST * len(levels) + _LEAF_SPACE)
    column = (width - _LEAF_SPACE) / len(levels)
    paper = _Paper(history=history, levels=levels, column=column)
    heads = [_head(paper, pipeline, depth, level) for depth, level in enumerate(levels)]
    first = len(root.children) + root.hidden
    svg = drawing(
        "prefixes",
        f"{wording.count(len(root.trials), 'trial')} with {first:,} values of the first level.",
        width,
        paper.top + root.rows * _ROW,
        *heads,
        *_below(paper, root, 0, paper.top, None),
    )
    others = [name for name in pipeline.names if name not in {level.stage for level in levels}]
    return Figure(svg=svg, note=_note(others))


def _note(stages_without_level: list[str]) -> str:
    note = (
        "A line is a prefix, the values up to a stage: the more trials used it, the thicker. The "
        "path to the best trial is coloured. Only the prefixes used most are shown."
    )
    if stages_without_level:
        note += f" No level for {', '.join(stages_without_level)}: nothing tuned is added there."
    return note


def _head(paper: _Paper, pipeline: Pipeline, depth: int, level: Level) -> Markup:
    x, width = paper.left(depth), paper.column - _FAN
    colour = stage_class(pipeline.names.index(level.stage))
    name = wording.shorten(level.stage, fitting(width))
    bar = element("rect", x=x, y=20, width=width, height=4, class_=f"run {colour}")
    names = (
        text(x, _TOP + _SMALL_ROW * row, words, kind="small")
        for row, words in enumerate(paper.names(level))
    )
    return joined((text(x, 14, name, kind="strong"), bar, *names))


def _below(
    paper: _Paper, prefix: Prefix, depth: int, top: float, y: float | None
) -> Iterator[Markup]:
    """Draw what stands below a prefix; the branches of the best trial last, above the others."""
    drawn: list[Markup] = []
    for child in prefix.children:
        middle = top + child.rows * _ROW / 2
        drawn.append(
            joined(_below(paper, child, depth + 1, top, middle))
            + _branch(paper, child, depth, middle, y)
        )
        top += child.rows * _ROW
    yield from reversed(drawn)
    if prefix.hidden:
        more = f"+{prefix.hidden:,} more"
        yield text(paper.left(depth), top + _ROW / 2 + 4, more, kind="small")


def _branch(paper: _Paper, prefix: Prefix, depth: int, y: float, parent_y: float | None) -> Markup:
    left, right = paper.left(depth), (depth + 1) * paper.column
    share = len(prefix.trials) / len(paper.history.trials)
    thickness = _THINNEST + (_THICKEST - _THINNEST) * share
    is_best = paper.history.best in prefix.trials
    return element(
        "g",
        element("title", _tip(paper.history, prefix)),
        element(
            "path",
            d=f"{_curve(depth * paper.column, left, y, parent_y)}H{right:.0f}",
            class_="branch on" if is_best else "branch",
            stroke_width=thickness,
        ),
        text(left, y - 5 - thickness / 2, _label(paper, prefix, depth), kind="branch-label"),
        "" if prefix.children else _leaf(paper.history, prefix, right, y),
        data_trial=prefix.trials[0].number if len(prefix.trials) == 1 else None,
    )


def _curve(start: float, left: float, y: float, parent_y: float | None) -> str:
    if parent_y is None:
        return f"M{left:.0f} {y:.1f}"
    return (
        f"M{start:.0f} {parent_y:.1f}"
        f"C{left:.0f} {parent_y:.1f} {start:.0f} {y:.1f} {left:.0f} {y:.1f}"
    )


def _label(paper: _Paper, prefix: Prefix, depth: int) -> str:
    many = f"{len(prefix.trials):,}\N{MULTIPLICATION SIGN} " if len(prefix.trials) > 1 else ""
    if paper.names(paper.levels[depth]):
        words = _SEPARATOR.join(wording.value(given) for given in prefix.own.values())
    else:
        words = wording.configuration(prefix.own)
    return wording.shorten(many + words, fitting(paper.column - _FAN * bool(depth), _SMALL))


def _tip(history: History, prefix: Prefix) -> str:
    used = wording.count(len(prefix.trials), "trial")
    return f"{wording.configuration(prefix.own)}\n{used}, best {_result(history, prefix)}"


def _leaf(history: History, prefix: Prefix, x: float, y: float) -> Markup:
    kind = "best-label" if history.best in prefix.trials else "tick"
    return text(x + 8, y + 4, _result(history, prefix), kind=kind)


def _result(history: History, prefix: Prefix) -> str:
    best = History(objective=history.objective, trials=prefix.trials).best
    if best is None or best.objective is None:
        first = prefix.trials[0]
        return f"#{first.number} {first.state.value.lower()}"
    return f"#{best.number}: {wording.number(best.objective)}"
