from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.export.trials import read_trial, trial_document
from tests.unit.report.conftest import make_trial

SECONDS = Budget(amount=100.0)
MONEY = Budget(amount=5.0, prices={"prepare": 3600.0, "train": 7200.0}, currency="EUR")
TRIAL = make_trial(
    3, 0.5, ("prepare", StageOutcome.CACHED, 2.0), ("train", StageOutcome.EXECUTED, 3.0), x=0.25
)


def test_a_trial_is_told_with_its_sums_and_its_stages():
    document = trial_document(TRIAL, SECONDS)

    assert document["number"] == 3
    assert document["configuration"] == {"x": 0.25}
    assert (document["spent_seconds"], document["saved_seconds"]) == (3.0, 2.0)
    assert [stage["outcome"] for stage in document["stages"]] == ["Cached", "Executed"]


def test_costs_are_in_the_unit_of_the_budget():
    document = trial_document(TRIAL, MONEY)

    assert document["cost"] == 6.0
    assert [stage["cost"] for stage in document["stages"]] == [0.0, 6.0]


def test_failed_trials_and_others_are_read_again(contents):
    failed = [trial for trial in contents.trials if trial.failure]

    assert failed
    for trial in contents.trials:
        assert read_trial(trial_document(trial, SECONDS)) == trial
