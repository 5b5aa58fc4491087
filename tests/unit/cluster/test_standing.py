import pytest

from eeipu_kfp.cluster.standing import Standing
from tests.unit.cluster.fake_cluster import condition, resource

TUNING = (condition("Ready", "True", "Tuning"), condition("Complete", "False", "Running"))


def test_before_a_controller_has_seen_it_there_is_nothing_to_tell():
    standing = Standing(resource())

    assert not standing.is_seen
    assert not standing.has_ended
    assert (standing.trouble, standing.budget, standing.latest_trial) == (None, None, None)
    assert standing.result()["best"] is None
    assert standing.result()["trialList"] == []


def test_while_it_goes_on_nothing_is_in_its_way():
    standing = Standing(resource(conditions=TUNING))

    assert standing.is_seen
    assert (standing.has_ended, standing.stop, standing.trouble) == (False, None, None)
    assert not standing.is_suspended


@pytest.mark.parametrize("kind", ["Complete", "Failed"])
def test_an_end_says_why(kind):
    standing = Standing(resource(conditions=[condition(kind, "True", "Spent", "all is spent")]))

    assert standing.has_ended
    assert standing.stop == {"reason": "Spent", "message": "all is spent"}
    assert standing.result()["stop"] == standing.stop


def test_what_is_in_its_way_is_said_with_its_reason():
    away = condition("Ready", "False", "StoreUnavailable", "no answer")

    assert Standing(resource(conditions=[away])).trouble == "StoreUnavailable: no answer"


def test_a_suspended_experiment_is_known_by_its_condition():
    held = condition("Complete", "False", "Suspended")

    assert Standing(resource(conditions=[held])).is_suspended


def test_the_status_gives_the_result_as_far_as_it_goes():
    recent = [
        {"number": 2, "state": "Running", "spentSeconds": "1.5"},
        {"number": 1, "state": "Succeeded", "objective": "0.5", "savedSeconds": "3"},
    ]
    parameters = [{"name": "rate", "value": "0.1"}, {"name": "mode", "value": "fast"}]
    standing = Standing(
        resource(
            trials={"total": 2, "failed": 0},
            bestTrial={"number": 1, "objective": "0.5", "parameters": parameters},
            budget={"total": "85", "spent": "63", "remaining": "22"},
            cache={"stageRuns": 4, "hits": 2, "savedSeconds": "12.5"},
            recentTrials=recent,
        )
    )

    found = standing.result()

    assert found["best"] == {
        "trial": 1,
        "objective": 0.5,
        "configuration": {"rate": 0.1, "mode": "fast"},
    }
    assert (found["stageRuns"], found["stageHits"], found["savedSeconds"]) == (6, 2, 12.5)
    assert [row["trial"] for row in found["trialList"]] == [1, 2]
    assert found["trialList"][1]["spent_seconds"] == 1.5
    assert standing.budget == "63 of 85 s spent"
    assert standing.latest_trial == 2


@pytest.mark.parametrize(
    ("trial", "is_open"), [(2, True), (1, False), (7, False)], ids=["runs", "ended", "unknown"]
)
def test_a_trial_is_open_until_it_has_ended(trial, is_open):
    recent = [{"number": 2, "state": "Running"}, {"number": 1, "state": "Failed"}]

    assert Standing(resource(recentTrials=recent)).is_open(trial) is is_open


def test_money_is_called_what_the_experiment_calls_it():
    found = resource(budget={"total": "10.50", "spent": "3", "remaining": "7.5"})
    found["spec"]["budget"] = {"money": {"amount": "10.50", "currency": "EUR"}}

    assert Standing(found).budget == "3 of 10.5 EUR spent"


@pytest.mark.parametrize(
    ("reason", "mistake"),
    [
        ("SpecInvalid", "because"),
        ("PipelineInvalid", "because"),
        ("LedgerConflict", "because"),
        ("StoreUnavailable", None),
        ("UnexpectedError", None),
    ],
)
def test_what_a_user_must_correct_is_told_from_what_passes(reason, mistake):
    unready = condition("Ready", "False", reason)

    assert Standing(resource(conditions=[unready])).mistake == mistake


def test_where_nothing_is_wrong_there_is_no_mistake():
    assert Standing(resource()).mistake is None
    assert Standing(resource(conditions=TUNING)).mistake is None


def test_a_failure_is_told_from_an_end():
    failed = condition("Failed", "True", "TooManyFailedTrials")

    assert Standing(resource(conditions=[failed])).has_failed
    assert not Standing(resource(conditions=[condition("Complete", "True", "Spent")])).has_failed
