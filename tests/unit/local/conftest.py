import pytest

from eeipu_kfp.local.opening import open_experiment
from tests.small_pipeline import write


@pytest.fixture
def opened(tmp_path):
    """The small experiment, opened; nothing of it has run."""
    return open_experiment(write(tmp_path), tmp_path / "runs")


@pytest.fixture
def simulated_history():
    """Three trials of the simulated pipeline, of which the last one failed."""
    from eeipu_kfp.core.history import History
    from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
    from eeipu_kfp.core.values import Configuration
    from tests.simulation import three_stage_experiment

    def record(stage, outcome, **fields):
        return StageRecord(stage=stage, outcome=outcome, **fields)

    def point(rate):
        return Configuration({"rows": 20, "rate": rate, "threshold": 0.5})

    first = Trial(
        number=1,
        configuration=point(0.1),
        state=TrialState.SUCCEEDED,
        objective=0.5,
        stages=(
            record("prepare", StageOutcome.EXECUTED, seconds=10.0),
            record("train", StageOutcome.EXECUTED, seconds=5.0),
            record("evaluate", StageOutcome.EXECUTED, seconds=1.0),
        ),
    )
    second = Trial(
        number=2,
        configuration=point(0.2),
        state=TrialState.SUCCEEDED,
        objective=0.7,
        stages=(
            record("prepare", StageOutcome.CACHED, saved_seconds=10.0),
            record("train", StageOutcome.EXECUTED, seconds=5.0),
            record("evaluate", StageOutcome.EXECUTED, seconds=1.0),
        ),
    )
    third = Trial(
        number=3,
        configuration=point(0.3),
        state=TrialState.FAILED,
        stages=(record("prepare", StageOutcome.CACHED, saved_seconds=10.0),),
        failure=Failure(message="boom", stage="train"),
    )
    objective = three_stage_experiment().objective
    return History(objective=objective, trials=(first, second, third))
