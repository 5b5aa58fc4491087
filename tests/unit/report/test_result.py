import json
from dataclasses import replace

import pytest

from eeipu_kfp.core.history import History
from eeipu_kfp.report.result import TuningResult
from eeipu_kfp.report.summary import summarise
from eeipu_kfp.runners.simulated import three_stage_problem
from tests.simulation import three_trials


def result_of(history: History) -> TuningResult:
    shape = three_stage_problem().pipeline.shape
    return TuningResult(history=history, summary=summarise(shape, history), stop=None)


@pytest.fixture
def result():
    return result_of(three_trials())


def test_the_document_holds_the_best_trial_and_what_was_saved(result):
    document = json.loads(json.dumps(result.document()))

    assert document["best"] == {
        "trial": 2,
        "objective": 0.7,
        "configuration": {"rows": 20, "rate": 0.2, "threshold": 0.5},
    }
    assert document["trials"] == 3
    assert document["failed"] == 1
    assert document["spentSeconds"] == pytest.approx(22.0)
    assert document["savedSeconds"] == pytest.approx(20.0)
    assert (document["stageHits"], document["stageRuns"]) == (2, 7)


def test_trials_are_plain_data(result):
    second = json.loads(json.dumps(result.trials))[1]

    assert second["cached"] == ["prepare"]
    assert second["spent_seconds"] == pytest.approx(6.0)
    assert result.trials[2]["failure"] == "stage `train`: boom"


def test_a_frame_has_a_row_a_trial_and_a_column_a_parameter(result):
    frame = result.to_frame()

    assert list(frame.index) == [1, 2, 3]
    assert frame.loc[2, "rate"] == pytest.approx(0.2)
    assert frame.loc[2, "objective"] == pytest.approx(0.7)


def test_an_experiment_without_any_objective_has_failed(result):
    nothing = result_of(replace(result.history, trials=result.history.trials[2:]))

    assert nothing.failed
    assert nothing.document()["best"] is None
    assert not result.failed
