import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.report.figures import sparkline

RAN = ("prepare", StageOutcome.EXECUTED, 10.0)


def drawn(case):
    svg = ET.fromstring(sparkline.draw(case.experiment, case.history))
    step = next(path for path in svg if path.get("class") == "step").get("d")
    dot = next(circle for circle in svg if circle.tag.endswith("circle"))
    places = [float(number) for number in re.findall(r"[\d.]+", step)]
    return svg, places, (float(dot.get("cx")), float(dot.get("cy")))


def test_nothing_is_drawn_before_the_first_objective(small, trial):
    assert sparkline.draw(small.experiment, small.history) == ""
    failed = small.with_trials(trial(1, None, RAN, x=0.1, y=0.1))
    assert sparkline.draw(failed.experiment, failed.history) == ""


def test_the_line_rises_to_the_best_and_ends_where_the_budget_is_spent_up_to(small, trial):
    case = small.with_trials(
        *(trial(n, score, RAN, x=0.1, y=n / 9) for n, score in enumerate((0.2, 0.6, 0.4), 1))
    )

    svg, places, (x, y) = drawn(case)

    assert places == [24.8, 36.0, 43.6, 6.0, 62.4]  # 10, 20 and 30 s of 100 s
    assert (x, y) == (62.4, 6.0)
    assert svg.get("aria-label") == "best so far: from 0.2 to 0.6"


def test_what_is_minimised_falls(small, trial):
    objective = replace(small.history.objective, direction=Direction.MINIMIZE)
    case = replace(
        small,
        experiment=replace(small.experiment, objective=objective),
        history=replace(small.history, objective=objective),
    ).with_trials(*(trial(n, 1.0 / n, RAN, x=0.1, y=n / 9) for n in (1, 2)))

    _, places, (_, y) = drawn(case)

    assert places[1] < places[3]
    assert y == places[3]


def test_a_first_trial_far_off_does_not_flatten_the_rest(small, trial):
    scores = (-1e9, 0.1, 0.5, 0.6, 0.7, 0.8)
    case = small.with_trials(
        *(trial(n, score, RAN, x=0.1, y=n / 9) for n, score in enumerate(scores, 1))
    )

    _, places, _ = drawn(case)

    heights = places[1::2]
    assert max(heights[1:]) - min(heights) > 10


@pytest.mark.parametrize("trials", [1, 60])
def test_a_line_stays_on_its_paper(case, trials):
    svg, places, (x, y) = drawn(case(trials=trials, failing=0.0))

    width, height = (float(side) for side in svg.get("viewBox").split()[2:])
    assert 0 <= x <= width
    assert 0 <= y <= height
    assert max(places) <= width
