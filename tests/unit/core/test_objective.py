import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.pipeline import ParameterType, Pipeline, Stage
from eeipu_kfp.errors import InvalidValueError

PIPELINE = Pipeline(
    name="demo",
    stages=(
        Stage(name="train", output_artifacts={"model": "system.Model"}),
        Stage(
            name="evaluate",
            upstream=("train",),
            output_parameters={
                "Output": ParameterType.DOUBLE,
                "note": ParameterType.STRING,
                "rows": ParameterType.LIST,
                "passed": ParameterType.BOOLEAN,
                "details": ParameterType.STRUCT,
            },
            output_artifacts={"metrics": "system.Metrics"},
        ),
    ),
)
MEASURED = {
    "evaluate": StageOutputs(
        parameters={"Output": 0.9, "note": "0.8", "word": "good", "bad": math.nan, "rows": [1]},
        artifacts={
            "metrics": (
                Artifact(uri="a", metadata={"loss": 2}),
                Artifact(uri="b", metadata={"auroc.macro": 0.7}),
            )
        },
    )
}
NUMBERS = st.floats(-1e9, 1e9)


@pytest.mark.parametrize(
    "metric",
    ["evaluate.Output", "evaluate.note", "evaluate.metrics.auroc", "train.model.size.mean"],
)
def test_a_metric_that_the_pipeline_can_show_passes(metric):
    Objective(metric=metric).check(PIPELINE)


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("score.Output", "`score.Output` begins with no stage of pipeline `demo`"),
        ("evaluate.Outputs", "stage `evaluate` has no output that `evaluate.Outputs` names"),
        ("evaluate", "stage `evaluate` has no output"),
        ("evaluate.metrics", "stage `evaluate` has no output"),
        ("evaluate.Output.x", "stage `evaluate` has no output"),
        ("evaluate.rows", "stage `evaluate` has no output"),
        ("evaluate.details", "stage `evaluate` has no output"),
        ("evaluate.passed", "stage `evaluate` has no output"),
    ],
)
def test_a_metric_that_no_stage_shows_is_refused_with_what_can_be_used(metric, words):
    with pytest.raises(InvalidValueError, match=words) as caught:
        Objective(metric=metric).check(PIPELINE)

    assert "`evaluate.Output`" in caught.value.hint
    assert "`evaluate.metrics.<key>`" in caught.value.hint
    assert "rows" not in caught.value.hint


def test_a_pipeline_without_any_number_says_so():
    silent = Pipeline(name="silent", stages=(Stage(name="train"),))

    with pytest.raises(InvalidValueError) as caught:
        Objective(metric="train.Output").check(silent)

    assert "this pipeline has none" in caught.value.hint


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("evaluate.Output", 0.9),
        ("evaluate.note", 0.8),
        ("evaluate.metrics.loss", 2.0),
        ("evaluate.metrics.auroc.macro", 0.7),
    ],
    ids=["parameter", "number as text", "metric", "dotted key in the second artifact"],
)
def test_a_value_is_read_where_the_metric_says(metric, value):
    assert Objective(metric=metric).value_in(MEASURED) == value


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("train.Output", "stage `train` has ended without a value for `train.Output`"),
        ("evaluate.missing", "has ended without a value"),
        ("evaluate.metrics.missing", "has ended without a value"),
        ("evaluate.nowhere.auroc", "has ended without a value"),
        ("evaluate.word", "`evaluate.word` is 'good', which is no number"),
        ("evaluate.rows", "which is no number"),
        ("evaluate.bad", "`evaluate.bad` is nan, but an objective must be finite"),
    ],
)
def test_a_value_that_is_missing_or_no_finite_number_is_refused(metric, words):
    with pytest.raises(InvalidValueError, match=words):
        Objective(metric=metric).value_in(MEASURED)


@given(NUMBERS, NUMBERS)
def test_a_better_value_has_the_larger_score(one, other):
    up = Objective(metric="a.b", direction=Direction.MAXIMIZE)
    down = Objective(metric="a.b", direction=Direction.MINIMIZE)

    assert (up.score(one) > up.score(other)) == (one > other)
    assert (down.score(one) > down.score(other)) == (one < other)


@pytest.mark.parametrize(
    ("direction", "value", "reached"),
    [
        (Direction.MAXIMIZE, 0.91, True),
        (Direction.MAXIMIZE, 0.9, True),
        (Direction.MAXIMIZE, 0.89, False),
        (Direction.MINIMIZE, 0.89, True),
        (Direction.MINIMIZE, 0.91, False),
    ],
)
def test_a_goal_is_reached_from_its_own_side(direction, value, reached):
    assert Objective(metric="a.b", direction=direction, goal=0.9).reached(value) is reached


def test_without_a_goal_nothing_is_enough():
    assert not Objective(metric="a.b").reached(1e9)


def test_the_stage_is_the_first_part_of_the_metric():
    assert Objective(metric="evaluate.metrics.auroc").stage == "evaluate"
