"""Best so far against compute seconds."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from eeipu_kfp.core.budget import Counted
from eeipu_kfp.core.objective import Direction
from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.report.figures import progress

RAN = StageOutcome.EXECUTED
SVG = "{http://www.w3.org/2000/svg}"


def _draw(case):
    return progress.draw(case.experiment, case.history)


def _scores(small, trial, *scores):
    return small.with_trials(
        *(trial(n + 1, s, ("train", RAN, 10.0), x=0.1, y=0.1) for n, s in enumerate(scores))
    )


def _steps(figure):
    path = re.findall(r'd="(M[^"]+)" class="step"', figure.svg)[0]
    return [float(y) for y in re.findall(r"V([\d.]+)", path)]


def test_every_trial_has_a_mark(usual):
    read = ET.fromstring(_draw(usual).svg)

    marked = {int(mark.get("data-trial")) for mark in read.iter() if mark.get("data-trial")}
    assert marked == {trial.number for trial in usual.history.trials}


def test_the_line_only_gets_better(small, trial):
    figure = _draw(_scores(small, trial, 0.5, 0.7, 0.6, 0.9))

    heights = _steps(figure)
    assert len(heights) == 2
    assert heights == sorted(heights, reverse=True)


def test_smaller_is_better_where_it_is_asked_for(small, trial):
    case = _scores(small, trial, 0.5, 0.7, 0.4)
    objective = replace(case.history.objective, direction=Direction.MINIMIZE)
    experiment = replace(case.experiment, objective=objective)

    figure = progress.draw(experiment, replace(case.history, objective=objective))

    assert len(_steps(figure)) == 1
    assert "smaller is better" in figure.svg
    assert "#3: 0.4" in figure.svg


def test_a_budget_in_money_has_an_axis_of_money(small, trial):
    prices = {"prepare": 0.0, "train": 360.0}
    case = _scores(small, trial, 0.5, 0.7).with_budget(amount=3, prices=prices, currency="EUR")

    svg = _draw(case).svg

    assert "EUR spent" in svg
    assert "budget 3 EUR" in svg
    assert "after 2 EUR" in svg
    assert "seconds spent" not in svg


def test_a_budget_that_counts_overhead_is_spent_in_all_the_time(small, trial):
    case = _scores(small, trial, 0.5, 0.7).with_overhead(20.0)
    counting = case.with_budget(amount=60, counts=Counted.COMPUTE_AND_OVERHEAD)

    assert "after 20 s" in _draw(case).svg
    assert "compute seconds spent" in _draw(case).svg
    assert "after 60 s" in _draw(counting).svg
    assert ">seconds spent" in _draw(counting).svg


def test_trials_stand_in_the_order_they_ended(small, trial):
    late, early = (trial(n, 0.5 + n / 10, ("train", RAN, 10.0)) for n in (1, 2))
    case = small.with_trials(replace(late, finished_at=9.0), replace(early, finished_at=5.0))

    assert _draw(case).svg.count("after 10 s") == 1
    assert re.search(r"Trial 2: 0.7, [^<]*after 10 s", _draw(case).svg)


def test_failures_and_warm_up_are_told_apart_by_shape(small, trial):
    failure = Failure(message="no memory", stage="train")
    trials = (
        trial(1, 0.5, ("train", RAN, 1.0)),
        trial(2, None, ("train", StageOutcome.FAILED, 1.0), failure=failure),
        replace(trial(3, 0.6, ("train", RAN, 1.0)), is_warm_up=True),
    )

    figure = _draw(small.with_trials(*trials))

    assert figure.svg.count('class="dot warm"') == 1
    assert figure.svg.count('class="failed"') == 1
    assert "warm-up trial" in figure.legend
    assert "failed trial" in figure.legend


def test_terrible_trials_are_clipped_with_a_note(small, trial):
    figure = _draw(_scores(small, trial, -1e12, -50.0, 0.90, 0.91, 0.92, 0.93, 0.94, 0.95))

    assert figure.note.startswith("2 trials are worse than")
    assert "-1e12" in figure.note
    assert "0.95" in figure.svg


def test_nothing_is_clipped_without_need(usual):
    assert _draw(usual).note == ""


@pytest.mark.parametrize(("goal", "shown"), [(0.96, True), (99.0, False)], ids=["near", "far"])
def test_a_goal_is_drawn_where_it_fits(small, trial, goal, shown):
    case = _scores(small, trial, 0.9, 0.95)
    objective = replace(case.experiment.objective, goal=goal)

    figure = progress.draw(replace(case.experiment, objective=objective), case.history)

    assert (f"goal {goal:g}" in figure.svg) is shown


def test_without_an_objective_there_is_nothing_to_draw(small):
    figure = _draw(small)

    assert figure.svg == ""
    assert figure.note == "No trial has an objective yet."
