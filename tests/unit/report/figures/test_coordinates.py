"""Parallel coordinates."""

import re
from dataclasses import replace

import pytest

from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.report.figures import coordinates


def _draw(case):
    return coordinates.draw(case.experiment, case.pipeline, case.history)


def _lines(svg):
    return re.findall(r'd="M([^"]+)" class="(trial-line [^"]+)" data-trial="(\d+)"', svg)


def test_every_trial_with_an_objective_is_a_line_through_all_axes(usual):
    lines = _lines(_draw(usual).svg)

    scored = {str(t.number) for t in usual.history.trials if t.objective is not None}
    assert {number for _, _, number in lines} == scored
    assert {len(path.split("L")) for path, _, _ in lines} == {len(usual.experiment.space) + 1}


def test_the_best_trial_is_drawn_above_the_others(usual):
    *_, last = _lines(_draw(usual).svg)

    assert last[1:] == ("trial-line best", str(usual.history.best.number))


def test_logarithmic_parameters_have_logarithmic_axes(usual):
    svg = _draw(usual).svg

    assert all(f">{tick}</text>" in svg for tick in ("1e-4", "0.001", "0.01", "0.1"))


def test_choices_are_written_at_their_places(usual):
    svg = _draw(usual).svg

    assert all(f">{choice}</text>" in svg for choice in ("none", "standard", "robust", "true"))


def test_axes_stand_by_stage(usual):
    svg = _draw(usual).svg

    places = [svg.index(f">{name}</text>") for name in usual.pipeline.names]
    assert places == sorted(places)


def test_a_parameter_without_a_stage_stands_last(small, trial):
    case = small.with_trials(trial(1, 0.5, x=0.1, y=0.9))
    case = replace(case, pipeline=Pipeline(name="p", stages=(Stage(name="s", reads=("y",)),)))

    svg = _draw(case).svg

    assert svg.index("<title>y</title>") < svg.index("<title>x</title>")


def test_a_crowd_is_thinned_out_with_a_note(case):
    figure = _draw(case(trials=600, failing=0.0))

    lines = _lines(figure.svg)
    assert len(lines) <= 200
    assert figure.note.startswith(f"{len(lines)} of 600 trials: the best 50")
    assert {kind for _, kind, _ in lines} >= {"trial-line level-0", "trial-line level-4"}


@pytest.mark.parametrize("trials", [0, 5], ids=["no trial", "failures only"])
def test_without_an_objective_there_is_nothing_to_draw(case, trials):
    assert _draw(case(trials=trials, failing=1.0)).svg == ""


def test_long_names_take_turns_in_two_rows(small, trial):
    names = [f"a_rather_long_name_{n:02}" for n in range(12)]
    experiment = replace(small.experiment, space=Space({n: Float(0.0, 1.0) for n in names}))
    history = small.with_trials(trial(1, 0.5, **dict.fromkeys(names, 0.5))).history

    svg = coordinates.draw(experiment, small.pipeline, history).svg

    rows = re.findall(r'<text x="[\d.]+" y="([\d.]+)" text-anchor="middle" class="strong">', svg)
    assert len(rows) == 12
    assert rows[0] == rows[2] != rows[1] == rows[3]
