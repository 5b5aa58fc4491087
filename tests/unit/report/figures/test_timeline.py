"""Which trial ran which stage when."""

import re
from dataclasses import replace

import pytest

from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.report.figures import timeline

RAN, CACHED, FAILED = StageOutcome.EXECUTED, StageOutcome.CACHED, StageOutcome.FAILED


def _at(made, start):
    clock, records = start, []
    for record in made.stages:
        runs = record.outcome is not CACHED
        records.append(replace(record, started_at=clock if runs else None))
        clock += record.seconds
    return replace(made, stages=tuple(records), started_at=start, finished_at=clock)


def _frames(svg):
    found = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" [^>]*class="trial-frame"', svg)
    return [(float(x), float(y)) for x, y in found]


def test_a_cached_stage_is_hatched_and_an_executed_one_is_not(small, trial):
    case = small.with_trials(trial(1, 0.5, ("prepare", CACHED, 5.0), ("train", RAN, 2.0)))

    svg = timeline.draw(case.pipeline, case.history).svg

    assert svg.count('fill="url(#hatch-0)" class="cached stage-0"') == 1
    assert svg.count('class="run stage-1"') == 1
    assert "prepare: cached, 5.0 s saved" in svg


def test_every_stage_run_has_a_mark(usual):
    svg = timeline.draw(usual.pipeline, usual.history).svg
    outcomes = [r.outcome for t in usual.history.trials for r in t.stages]

    assert svg.count('class="cached ') == outcomes.count(CACHED)
    assert svg.count('class="run ') == outcomes.count(RAN) + outcomes.count(FAILED)
    assert svg.count('class="failed"') == outcomes.count(FAILED)


def test_trials_that_ran_at_once_stand_in_lanes(small, trial):
    ran = ("train", RAN, 10.0)
    case = small.with_trials(
        _at(trial(1, 0.5, ran), 1000.0),
        _at(trial(2, 0.5, ran), 1005.0),
        _at(trial(3, 0.5, ran), 1010.0),
    )

    (first, second, third) = sorted(_frames(timeline.draw(case.pipeline, case.history).svg))

    assert first[1] == third[1] < second[1]
    assert second[0] == pytest.approx((first[0] + third[0]) / 2, abs=0.2)


def test_without_wall_times_trials_stand_one_after_the_other(small, trial):
    ran = ("train", RAN, 10.0)
    case = small.with_trials(*(trial(n, 0.5, ran) for n in (1, 2, 3)))

    frames = _frames(timeline.draw(case.pipeline, case.history).svg)

    assert len({y for _, y in frames}) == 1
    assert frames[1][0] - frames[0][0] == pytest.approx(frames[2][0] - frames[1][0], abs=0.2)


def test_a_night_between_two_trials_is_shortened(small, trial):
    ran = ("train", RAN, 10.0)
    case = small.with_trials(_at(trial(1, 0.5, ran), 0.0), _at(trial(2, 0.5, ran), 40_000.0))

    figure = timeline.draw(case.pipeline, case.history)

    one, two = _frames(figure.svg)
    assert two[0] - one[0] == pytest.approx(900 * 11 / 21, abs=0.2)
    assert figure.note == "Times in which nothing ran are shortened."


def test_a_long_history_shows_its_end(case):
    long = case(trials=400)

    figure = timeline.draw(long.pipeline, long.history)

    assert figure.note.startswith("The last 150 of 400 trials.")
    assert 'data-trial="400"' in figure.svg
    assert 'data-trial="250"' not in figure.svg


def test_a_failed_stage_is_crossed(small, trial):
    failure = Failure(message="no memory", stage="train")
    case = small.with_trials(trial(1, None, ("train", FAILED, 3.0), failure=failure))

    svg = timeline.draw(case.pipeline, case.history).svg

    assert 'class="failed"' in svg
    assert "train: failed after 3.0 s" in svg


def test_before_the_first_stage_there_is_nothing_to_draw(small):
    figure = timeline.draw(small.pipeline, small.history)

    assert (figure.svg, figure.note) == ("", "No stage has run yet.")
