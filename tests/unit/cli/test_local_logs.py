import pytest

from eeipu_kfp.cli.local_logs import log_text
from eeipu_kfp.core.trial import Failure, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.local.opening import open_experiment
from eeipu_kfp.runners.run_folder import RunFolder


@pytest.fixture
def opened(folder):
    return open_experiment(folder / "experiment.yaml", folder / "runs")


@pytest.fixture
def tried(opened):
    """Record a trial and what its stages have written."""

    def record(number, state, logs=(), **told):
        ledger, handle = opened.workspace.ledger, f"run-{number}"
        configuration = Configuration({"rate": 0.5})
        trial = Trial(number=number, configuration=configuration, state=state, **told)
        ledger.append(trial, handle=handle)
        for stage, text in logs:
            path = RunFolder(opened.workspace.runs / handle).log_path(stage)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return record


def test_a_failed_trial_shows_its_stages_in_order_and_why_it_failed(opened, tried):
    failure = Failure(message="boom", stage="train")
    logs = (("train", "two\n"), ("prepare", "one\n"))
    tried(1, TrialState.FAILED, logs, failure=failure)

    text = log_text(opened, None, None)

    assert text == "== prepare\none\n== train\ntwo\ntrial 1 failed: stage `train`: boom"


def test_one_stage_of_one_trial_can_be_asked_for(opened, tried):
    tried(1, TrialState.RUNNING, (("prepare", "first"), ("train", "second")))
    tried(2, TrialState.RUNNING, (("prepare", "third"),))

    assert log_text(opened, 1, "train") == "== train\nsecond"
    assert log_text(opened, None, None) == "== prepare\nthird"


@pytest.mark.parametrize(
    ("trial", "stage", "said"),
    [
        (7, None, "no trial 7; there are 1"),
        (None, "tran", "stages are prepare, train, evaluate"),
        (None, None, "nothing is kept of what trial 1 has written; it has Succeeded"),
    ],
    ids=["trial", "stage", "gone"],
)
def test_a_log_that_is_not_there_is_an_error(opened, tried, trial, stage, said):
    tried(1, TrialState.SUCCEEDED)

    with pytest.raises(InvalidValueError, match=said):
        log_text(opened, trial, stage)
