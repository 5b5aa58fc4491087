"""The stage tree."""

import re
from dataclasses import replace

from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.report.figures import prefixes

RAN = StageOutcome.EXECUTED


def _draw(case):
    return prefixes.draw(case.experiment, case.pipeline, case.history)


def _case(small, trial, *rows):
    return small.with_trials(
        *(trial(n + 1, s, ("train", RAN, 1.0), x=x, y=y) for n, (x, y, s) in enumerate(rows))
    )


def test_the_path_to_the_best_trial_is_highlighted(small, trial):
    svg = _draw(_case(small, trial, (0.1, 0.1, 0.5), (0.1, 0.2, 0.9), (0.3, 0.1, 0.4))).svg

    assert svg.count('class="branch on"') == 2
    assert svg.count('class="branch"') == 3
    assert re.search(r'class="best-label">#2: 0.9<', svg)


def test_a_prefix_that_more_trials_used_is_thicker(small, trial):
    svg = _draw(_case(small, trial, (0.1, 0.1, 0.5), (0.1, 0.2, 0.9), (0.3, 0.1, 0.4))).svg

    thickness = dict(re.findall(r"<title>(x=[\d.]+)\n.*?stroke-width=\"([\d.]+)\"", svg))
    assert float(thickness["x=0.1"]) > float(thickness["x=0.3"])
    assert "2× x=0.1" in svg  # noqa: RUF001  # the sign that people read


def test_what_is_left_out_is_counted(small, trial):
    svg = _draw(_case(small, trial, *((n / 20, 0.1, 0.5) for n in range(20)))).svg

    assert ">+14 more</text>" in svg


def test_a_failed_trial_ends_its_branch_as_failed(small, trial):
    failure = Failure(message="no memory", stage="train")
    failed = trial(1, None, ("train", StageOutcome.FAILED, 1.0), failure=failure, x=0.1, y=0.1)

    assert ">#1 failed</text>" in _draw(small.with_trials(failed)).svg


def test_a_stage_that_adds_nothing_tuned_has_no_level(small, trial):
    case = _case(small, trial, (0.1, 0.1, 0.5))
    stages = (Stage(name="load"), *case.pipeline.stages)

    figure = _draw(replace(case, pipeline=Pipeline(name="p", stages=stages)))

    assert ">load</text>" not in figure.svg
    assert "No level for load" in figure.note


def test_before_the_first_stage_there_is_nothing_to_draw(small):
    assert _draw(small).svg == ""


def test_many_parameters_are_named_once_in_the_heading(small, trial):
    names = tuple(f"a_rather_long_parameter_{n}" for n in range(6))
    pipeline = Pipeline(
        name="p", stages=(Stage(name="a", reads=names[:5]), Stage(name="b", reads=names[5:]))
    )
    experiment = replace(small.experiment, space=Space({name: Float(0.0, 1.0) for name in names}))
    values = {name: n / 10 for n, name in enumerate(names)}
    history = small.with_trials(trial(1, 0.5, ("a", RAN, 1.0), **values)).history

    svg = prefixes.draw(experiment, pipeline, history).svg

    assert ">0 · 0.1 · 0.2 · 0.3 · 0.4</text>" in svg
    assert ">a_rather_long_parameter_5=0.5</text>" in svg
    assert svg.count("a_rather_long_parameter_4") == 2
