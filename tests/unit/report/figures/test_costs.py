"""Seconds spent and saved by stage."""

import re

import pytest

from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.report.figures import costs
from eeipu_kfp.report.summary import summarise

RAN, CACHED = StageOutcome.EXECUTED, StageOutcome.CACHED


def test_bars_are_as_long_as_the_summary_says(small, trial):
    case = small.with_trials(
        trial(1, 0.5, ("prepare", RAN, 30.0), ("train", RAN, 20.0)),
        trial(2, 0.6, ("prepare", CACHED, 30.0), ("train", RAN, 20.0)),
    )

    svg = costs.draw(summarise(case.pipeline, case.history)).svg

    solid = [float(w) for w in re.findall(r'width="([\d.]+)" height="16" class="run', svg)]
    hatched = [float(w) for w in re.findall(r'width="([\d.]+)" height="16" fill="url', svg)]
    assert solid[1] / solid[0] == pytest.approx(40 / 30, rel=0.01)
    assert hatched == [solid[0], 0.0]


def test_counts_stand_beside_the_bars(usual):
    summary = summarise(usual.pipeline, usual.history)

    svg = costs.draw(summary).svg

    for stage in summary.stages:
        assert f"{stage.executed} executed, {stage.cached} cached" in svg
    assert svg.count(" failed</text>") == sum(stage.failed > 0 for stage in summary.stages) > 0


def test_overhead_is_told_apart_from_the_compute(small, trial):
    case = small.with_trials(trial(1, 0.5, ("prepare", RAN, 30.0), ("train", RAN, 30.0)))
    slow = case.with_overhead(20.0)

    none, some = (costs.draw(summarise(c.pipeline, c.history)) for c in (case, slow))

    assert none.note == ""
    assert "stages took 40 s of overhead" in some.note
    assert "40 % of their time" in some.note
    assert "prepare: 30 s spent, 0 s saved, 20 s of overhead" in some.svg


def test_before_the_first_stage_there_is_nothing_to_draw(small):
    assert costs.draw(summarise(small.pipeline, small.history)).svg == ""
