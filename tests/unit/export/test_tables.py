import io
from dataclasses import replace

import pandas as pd
import pytest

from eeipu_kfp.core.space import Categorical, Float, Space
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.export.tables import PARAMETER, stage_runs_csv, trials_csv
from tests.unit.export.conftest import made
from tests.unit.report.conftest import make_trial

HEAD = (
    "trial,state,objective,best,warm_up,spent_seconds,saved_seconds,overhead_seconds,cost,"
    "expected_cost,executed_stages,cached_stages,runs,started_at,finished_at,failure,"
)


def read(text):
    return pd.read_csv(io.StringIO(text))


def test_there_is_a_line_a_trial_and_a_column_a_parameter(contents):
    frame = read(trials_csv(contents))

    assert list(frame.trial) == list(range(1, 62))
    assert [c for c in frame if c.startswith(PARAMETER)] == [
        f"parameter.{name}" for name in contents.experiment.space
    ]
    for column, trial in zip(frame.itertuples(), contents.trials, strict=True):
        assert column[frame.columns.get_loc("parameter.rate") + 1] == trial.configuration["rate"]


def test_the_columns_are_the_same_before_the_first_trial(contents):
    before = trials_csv(replace(contents, trials=()))

    assert before == trials_csv(contents).splitlines()[0] + "\n"
    assert before.startswith(HEAD)
    assert stage_runs_csv(replace(contents, trials=())) == (
        "trial,position,stage,outcome,seconds,saved_seconds,overhead_seconds,cost,started_at\n"
    )


def test_figures_are_exact_and_the_best_trial_is_marked(contents):
    frame = read(trials_csv(contents)).set_index("trial")
    ended = [trial for trial in contents.trials if trial.objective is not None]

    assert list(frame.index[frame.best]) == [contents.best.number]
    assert list(frame.objective.dropna()) == [trial.objective for trial in ended]
    assert frame.spent_seconds.sum() == pytest.approx(sum(t.spent_seconds for t in contents.trials))


def test_a_failure_is_a_sentence_and_times_are_utc(contents):
    frame = read(trials_csv(contents))
    failed = frame[frame.state == "Failed"]

    assert failed.failure.str.contains("ended with exit code 1").all()
    assert pd.to_datetime(frame.started_at).dt.tz is not None
    assert frame.finished_at.isna().sum() == 1


def test_there_is_a_line_for_every_stage_that_has_ended_in_the_order_of_the_pipeline(contents):
    frame = read(stage_runs_csv(contents))
    second = frame[frame.trial == 2]

    assert len(frame) == sum(len(trial.stages) for trial in contents.trials)
    assert list(second.stage) == list(contents.stages)
    assert list(second.position) == [1, 2, 3]
    assert set(frame.outcome) == {"Executed", "Cached", "Failed"}
    assert frame.loc[frame.outcome == "Cached", "saved_seconds"].gt(0).all()


def test_stages_that_ended_in_another_order_stand_in_that_of_the_pipeline(small):
    records = (("train", StageOutcome.CACHED, 2.0), ("prepare", StageOutcome.EXECUTED, 1.0))
    contents = made(small.with_trials(make_trial(1, 0.5, *records, x=0.5, y=0.5)))

    assert list(read(stage_runs_csv(contents)).stage) == ["prepare", "train"]


def test_a_parameter_that_is_called_like_a_column_hides_none(small):
    named = Configuration({"objective": 0.25, "trial": "a"})
    contents = made(small.with_trials(replace(make_trial(1, 0.5), configuration=named)))
    space = Space({"objective": Float(0.0, 1.0), "trial": Categorical(("a",))})
    contents = replace(contents, experiment=replace(contents.experiment, space=space))

    (row,) = read(trials_csv(contents)).to_dict("records")

    assert (row["trial"], row["objective"]) == (1, 0.5)
    assert (row["parameter.trial"], row["parameter.objective"]) == ("a", 0.25)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (0.1, "0.1"),
        (3, "3"),
        ('a, "b"\nc', '"a, ""b""\nc"'),
        ([1, 2], '"[1,2]"'),
        ({"a": None}, '"{""a"":null}"'),
    ],
    ids=["flag", "float", "whole", "text", "list", "struct"],
)
def test_values_of_every_type_have_a_cell(small, value, written):
    contents = made(small.with_trials(make_trial(1, None, x=value, y=0.5)))

    assert trials_csv(contents).split("\n", 1)[1].endswith(f",{written},0.5\n")
