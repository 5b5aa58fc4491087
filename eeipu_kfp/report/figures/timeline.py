"""The timeline: which trial ran which stage when, and which stages came from the cache."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial
from eeipu_kfp.report import wording
from eeipu_kfp.report.figures.progress import tip_of
from eeipu_kfp.report.palette import hatch, stage_class
from eeipu_kfp.report.scales import Scale
from eeipu_kfp.report.svg import (
    Figure,
    cross,
    drawing,
    element,
    fitting,
    joined,
    key,
    line,
    text,
    width_of,
)

_WIDTH, _LEFT, _RIGHT, _TOP = 1040.0, 132.0, 1032.0, 8.0
_ROW, _BAR, _LANE_GAP, _FOOT = 18.0, 13.0, 22.0, 34.0
_MARK = 5.0
_MOST_TRIALS = 150
_LONGEST_PAUSE_SHARE = 0.05
_RECORDED = (StageOutcome.EXECUTED, StageOutcome.CACHED, StageOutcome.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A trial on the time axis: its records with the second each began at."""

    trial: Trial
    start: float
    stop: float
    parts: tuple[tuple[StageRecord, float], ...]


def draw(pipeline: Pipeline, history: History) -> Figure:
    """Return the trials along the time: a lane for each that ran at once, a row for each stage."""
    started = [trial for trial in history.trials if trial.stages]
    if not started:
        return Figure(note="No stage has run yet.")
    blocks, has_pauses = _without_pauses(_blocks(started[-_MOST_TRIALS:]))
    lanes = _lanes(blocks)
    x = Scale(low=0.0, high=max(b.stop for b in blocks) or 1.0, start=_LEFT, stop=_RIGHT)
    lane_height = _ROW * len(pipeline.names) + _LANE_GAP
    height = _TOP + lane_height * len(lanes) + _FOOT
    rows = joined(
        _lane(pipeline, lane, x, _TOP + index * lane_height) for index, lane in enumerate(lanes)
    )
    axis = joined(_tick(x, seconds, height) for seconds in x.time_ticks())
    shown = wording.count(len(blocks), "trial")
    description = f"{shown} in {wording.count(len(lanes), 'lane')}, by stage."
    return Figure(
        svg=drawing("timeline", description, _WIDTH, height, axis, rows),
        legend=_legend(pipeline),
        note=_note(len(blocks), len(started), has_pauses=has_pauses),
    )


def _blocks(trials: Sequence[Trial]) -> tuple[_Block, ...]:
    """Place every trial at its wall time or, where one has none, all one after the other."""
    starts = [_start(trial) for trial in trials]
    first = min((s for s in starts if s is not None), default=0.0)
    timed = None not in starts
    blocks: list[_Block] = []
    cursor = 0.0
    for trial, start in zip(trials, starts, strict=True):
        begin = start - first if timed and start is not None else cursor
        blocks.append(_block(trial, begin, first if timed else None))
        cursor = blocks[-1].stop
    return tuple(blocks)


def _start(trial: Trial) -> float | None:
    times = [record.started_at for record in trial.stages if record.started_at is not None]
    if trial.started_at is not None:
        times.append(trial.started_at)
    return min(times, default=None)


def _block(trial: Trial, begin: float, epoch: float | None) -> _Block:
    parts: list[tuple[StageRecord, float]] = []
    cursor = begin
    for record in trial.stages:
        if record.outcome not in _RECORDED:
            continue
        known = epoch is not None and record.started_at is not None
        start = (record.started_at or 0.0) - (epoch or 0.0) if known else cursor
        parts.append((record, start))
        cursor = max(cursor, start + record.seconds)
    if epoch is not None and trial.finished_at is not None:
        cursor = max(cursor, trial.finished_at - epoch)
    return _Block(trial=trial, start=begin, stop=cursor, parts=tuple(parts))


def _without_pauses(blocks: Sequence[_Block]) -> tuple[tuple[_Block, ...], bool]:
    """Shorten the times in which nothing ran, such as the night before a resume."""
    busy = sum(block.stop - block.start for block in blocks)
    longest = _LONGEST_PAUSE_SHARE * busy
    moved: list[_Block] = []
    end = cut = 0.0
    for block in sorted(blocks, key=lambda b: b.start):
        pause = block.start - end
        cut += max(0.0, pause - longest)
        end = max(end, block.stop)
        moved.append(_shifted(block, cut))
    return tuple(moved), cut > 0


def _shifted(block: _Block, by_seconds: float) -> _Block:
    return _Block(
        trial=block.trial,
        start=block.start - by_seconds,
        stop=block.stop - by_seconds,
        parts=tuple((record, start - by_seconds) for record, start in block.parts),
    )


def _lanes(blocks: Iterable[_Block]) -> list[list[_Block]]:
    """Give every trial the first lane that is free when it starts."""
    lanes: list[list[_Block]] = []
    for block in sorted(blocks, key=lambda b: (b.start, b.trial.number)):
        free = next((lane for lane in lanes if lane[-1].stop <= block.start), None)
        if free is None:
            lanes.append([block])
        else:
            free.append(block)
    return lanes


def _lane(pipeline: Pipeline, lane: Sequence[_Block], x: Scale, top: float) -> Markup:
    rows = {name: (index, top + index * _ROW) for index, name in enumerate(pipeline.names)}
    labels = (
        text(
            _LEFT - 10,
            y + _ROW - 5,
            wording.shorten(name, fitting(_LEFT - 12)),
            anchor="end",
            kind="tick",
        )
        for name, (_, y) in rows.items()
    )
    bottom = top + _ROW * len(rows)
    return joined((*labels, *(_trial(block, rows, x, bottom) for block in lane)))


def _trial(block: _Block, rows: dict[str, tuple[int, float]], x: Scale, bottom: float) -> Markup:
    left, right = x(block.start), x(block.stop)
    top = min(y for _, y in rows.values())
    width = max(right - left, 1.0)
    frame = element(
        "rect", x=left, y=top, width=width, height=bottom - top + 2, class_="trial-frame"
    )
    segments = (
        _segment(record, rows[record.stage], x, start, mark=max(2.0, min(_MARK, width)))
        for record, start in block.parts
        if record.stage in rows
    )
    number = str(block.trial.number)
    label = (
        text((left + right) / 2, bottom + 13, number, anchor="middle", kind="small")
        if width_of(number, 10.0) < width - 2
        else Markup("")
    )
    title = element("title", _tip(block.trial))
    return element("g", title, frame, *segments, label, data_trial=block.trial.number, class_="bar")


def _segment(
    record: StageRecord, row: tuple[int, float], x: Scale, start: float, *, mark: float
) -> Markup:
    index, y = row
    left = x(start)
    inset = (_ROW - _BAR) / 2
    if record.outcome is StageOutcome.CACHED:
        return element(
            "rect", x=left, y=y + inset, width=mark, height=_BAR,
            fill=hatch(index), class_=f"cached {stage_class(index)}",
        )  # fmt: skip
    width = max(1.0, x(start + record.seconds) - left)
    bar = element(
        "rect", x=left, y=y + inset, width=width, height=_BAR, class_=f"run {stage_class(index)}"
    )
    if record.outcome is StageOutcome.FAILED:
        bar += cross(left + width, y + _ROW / 2, 4.0, class_="failed")
    return bar


def _tip(trial: Trial) -> str:
    return "\n".join((tip_of(trial), *(_words(r) for r in trial.stages if r.outcome in _RECORDED)))


def _words(record: StageRecord) -> str:
    if record.outcome is StageOutcome.CACHED:
        return f"{record.stage}: cached, {wording.duration(record.saved_seconds)} saved"
    ended = "failed after " if record.outcome is StageOutcome.FAILED else ""
    return f"{record.stage}: {ended}{wording.duration(record.seconds)}"


def _tick(x: Scale, seconds: float, height: float) -> Markup:
    place = x(seconds)
    label = wording.time_tick(seconds, like=x.high)
    overhangs = place + width_of(label) / 2 > _WIDTH
    return line(place, _TOP, place, height - 20, kind="grid") + text(
        _WIDTH if overhangs else place,
        height - 6,
        label,
        anchor="end" if overhangs else "middle",
        kind="tick",
    )


def _legend(pipeline: Pipeline) -> Markup:
    stages = (
        (element("rect", y=1, width=18, height=10, class_=f"run {stage_class(n)}"), name)
        for n, name in enumerate(pipeline.names)
    )
    cached = element(
        "rect", x=6, y=1, width=6, height=10, fill=hatch(0), class_=f"cached {stage_class(0)}"
    )
    return key(*stages, (cached, "hatched: from the cache"), (_failed(), "failed"))


def _failed() -> Markup:
    return cross(9, 6, class_="failed")


def _note(shown: int, of: int, *, has_pauses: bool) -> str:
    parts = []
    if shown < of:
        parts.append(f"The last {shown:,} of {of:,} trials.")
    if has_pauses:
        parts.append("Times in which nothing ran are shortened.")
    return " ".join(parts)
