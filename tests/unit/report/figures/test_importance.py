"""The importance of the parameters, as bars."""

import re

from eeipu_kfp.report.figures import importance
from eeipu_kfp.report.sensitivity import Importance, Sensitivity, estimate


def test_bars_are_as_long_as_the_shares(small):
    sensitivity = Sensitivity(
        importances=(
            Importance(parameter="y", share=0.8, best_near=0.25),
            Importance(parameter="x", share=0.2, best_near=0.5),
        ),
        trials=50,
        explained=0.66,
    )

    figure = importance.draw(small.pipeline, sensitivity)

    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height="12"', figure.svg)]
    assert widths == [440.0, 110.0]
    assert "best near 0.25" in figure.svg
    assert "80 %" in figure.svg
    assert "50 trials" in figure.note
    assert "66 %" in figure.note
    assert "hint only" not in figure.note


def test_a_bar_has_the_colour_of_the_stage_that_owns_the_parameter(usual):
    figure = importance.draw(usual.pipeline, estimate(usual.experiment.space, usual.history))

    assert re.search(r"rate, read first by base-learners.*?stage-1", figure.svg)


def test_a_weak_estimate_says_so(small):
    weak = Sensitivity(
        importances=(Importance(parameter="x", share=1.0, best_near=0.5),), trials=9, explained=-0.2
    )

    note = importance.draw(small.pipeline, weak).note

    assert "hint only" in note
    assert "predicts 0 %" in note


def test_without_an_estimate_the_reader_learns_what_it_needs(small):
    figure = importance.draw(small.pipeline, None)

    assert figure.svg == ""
    assert figure.note == "Needs at least 8 trials with different objectives."
