"""What an experiment's figures must add up to."""

import pytest

from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.report.summary import StageSummary, summarise

RAN, CACHED, FAILED = StageOutcome.EXECUTED, StageOutcome.CACHED, StageOutcome.FAILED


@pytest.fixture
def by_hand(small, trial):
    return small.with_trials(
        trial(1, 0.5, ("prepare", RAN, 10.0), ("train", RAN, 2.0), x=0.1, y=0.1),
        trial(2, 0.9, ("prepare", CACHED, 10.0), ("train", RAN, 3.0), x=0.1, y=0.2),
        trial(3, 0.7, ("prepare", CACHED, 10.0), ("train", CACHED, 2.0), x=0.1, y=0.1),
        trial(
            4,
            None,
            ("prepare", RAN, 8.0),
            ("train", FAILED, 1.5),
            failure=Failure(message="no memory", stage="train"),
            x=0.4,
            y=0.9,
        ),
    )


def test_a_summary_counts_trials_stage_runs_and_seconds(by_hand):
    summary = summarise(by_hand.pipeline, by_hand.history)

    assert summary.best is by_hand.history.trials[1]
    assert (summary.trials, summary.succeeded, summary.failed, summary.active) == (4, 3, 1, 0)
    assert (summary.spent_seconds, summary.saved_seconds) == (24.5, 22.0)
    assert summary.cost_without_reuse_seconds == 46.5
    assert (summary.stage_hits, summary.stage_runs) == (3, 7)
    assert summary.hit_share == pytest.approx(3 / 7)


def test_a_summary_tells_the_same_by_stage(by_hand):
    prepare, train = summarise(by_hand.pipeline, by_hand.history).stages

    assert prepare == StageSummary(
        stage="prepare",
        executed=2,
        cached=2,
        failed=0,
        seconds=18.0,
        overhead_seconds=0.0,
        saved_seconds=20.0,
    )
    assert train == StageSummary(
        stage="train",
        executed=2,
        cached=1,
        failed=1,
        seconds=6.5,
        overhead_seconds=0.0,
        saved_seconds=2.0,
    )


def test_a_summary_of_nothing_divides_by_nothing(small):
    summary = summarise(small.pipeline, small.history)

    assert summary.best is None
    assert summary.hit_share == 0
    assert summary.stage_runs == summary.trials == 0


def test_the_stages_add_up_to_the_whole(branching):
    summary = summarise(branching.pipeline, branching.history)

    assert sum(s.seconds for s in summary.stages) == pytest.approx(summary.spent_seconds)
    assert sum(s.saved_seconds for s in summary.stages) == pytest.approx(summary.saved_seconds)
