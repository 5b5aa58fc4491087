import pytest

from eeipu_kfp.cluster.standing import Standing
from eeipu_kfp.launcher.progress import Progress
from tests.unit.cluster.fake_cluster import condition, resource


@pytest.fixture
def lines():
    return []


@pytest.fixture
def progress(lines):
    return Progress(lines.append)


def row(number, state="Succeeded", objective="0.5", **fields):
    told = {"number": number, "state": state, "spentSeconds": "2", "savedSeconds": "0", **fields}
    return told if objective is None else {**told, "objective": objective}


def standing(*rows, best=None, spent="4", conditions=(), total=None):
    """Trials as the status has them, the latest first."""
    return Standing(
        resource(
            conditions=list(conditions),
            trials={"total": total or len(rows), "failed": 0},
            recentTrials=list(reversed(rows)),
            budget={"spent": spent, "total": "600"},
            cache={"savedSeconds": "7"},
            **({} if best is None else {"bestTrial": {"number": best, "objective": "0.5"}}),
        )
    )


def test_a_trial_is_a_line_and_is_told_once(progress, lines):
    progress.show(standing(row(1), best=1))
    progress.show(standing(row(1), row(2, savedSeconds="3"), best=1, spent="6"))

    assert lines == [
        "trial    1  0.5         2.0 s  best so far",
        "4 of 600 s spent, 7.0 s saved by the cache",
        "trial    2  0.5         2.0 s  3.0 s saved",
        "6 of 600 s spent, 7.0 s saved by the cache",
    ]


def test_a_trial_that_runs_is_not_told_yet(progress, lines):
    progress.show(standing(row(1, "Running", None), row(2), spent="2"))

    assert [line.split()[1] for line in lines if line.startswith("trial")] == ["2"]


def test_a_failed_trial_says_why(progress, lines):
    progress.show(standing(row(1, "Failed", None, message="stage train: it diverged")))

    assert lines[0] == "trial    1  Failed      2.0 s  stage train: it diverged"


def test_trials_that_no_status_has_shown_are_counted(progress, lines):
    progress.show(standing(*(row(number) for number in range(21, 31)), total=30))

    assert lines[0] == "... 20 trials before that"


def test_nothing_is_missed_where_an_earlier_trial_still_runs(progress, lines):
    progress.show(standing(row(1, "Running", None), row(2), row(3)))

    assert not [line for line in lines if line.startswith("...")]


def test_what_is_in_the_way_is_told_when_it_comes_and_when_it_goes(progress, lines):
    away = condition("Ready", "False", "StoreUnavailable", "no answer")
    back = condition("Ready", "True", "Tuning")

    for found in (away, away, back):
        progress.show(standing(conditions=[found]))

    assert lines == ["does not go on: StoreUnavailable: no answer", "goes on"]


def test_a_suspension_says_whose_it_is(progress, lines):
    held = condition("Complete", "False", "Suspended", "held back by `spec.suspend`")

    progress.show(standing(conditions=[held]))

    assert lines == ["does not go on: held back by `spec.suspend`"]
