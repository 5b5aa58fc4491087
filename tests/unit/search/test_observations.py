from dataclasses import replace

import pytest

from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.trial import StageOutcome, StageRecord, TrialState
from eeipu_kfp.search.observations import Observations, epsilon_seconds, spent_after, stage_times


def with_records(trial, *records):
    return replace(trial, stages=tuple(records))


def test_only_executed_stages_have_times(wavy):
    trial = wavy.sample(1)[0]
    records = [
        StageRecord(stage="prepare", outcome=StageOutcome.EXECUTED, seconds=4.0),
        StageRecord(stage="base", outcome=StageOutcome.CACHED, saved_seconds=3.0),
        StageRecord(stage="meta", outcome=StageOutcome.FAILED, seconds=9.0),
    ]

    times = stage_times(wavy.request([with_records(trial, *records)]))

    assert times["prepare"].seconds.tolist() == [4.0]
    assert times["base"].rows == times["meta"].rows == ()
    assert times["meta"].median_seconds is None


def test_larger_scores_are_better_whatever_the_direction(wavy):
    minimised = replace(wavy, objective=Objective(metric="s.m", direction=Direction.MINIMIZE))
    trials = wavy.sample(5)

    up = Observations(wavy.request(trials)).scores
    down = Observations(minimised.request(trials)).scores

    assert down.tolist() == (-up).tolist()


def test_scores_of_any_size_are_near_one_and_keep_their_order(wavy):
    trials = [replace(t, objective=1e300 * (i + 1)) for i, t in enumerate(wavy.sample(4))]

    scores = Observations(wavy.request(trials)).scores

    assert 0.5 <= scores.max() <= 1.0
    assert scores.tolist() == pytest.approx([scores[0] * (i + 1) for i in range(4)])


def test_running_and_failed_trials_have_no_score(wavy):
    trials = wavy.sample(3)
    trials[1] = replace(trials[1], state=TrialState.FAILED, objective=None)
    trials.append(wavy.run(trials, trials[0].configuration, state=TrialState.RUNNING))

    seen = Observations(wavy.request(trials))

    assert seen.scored == [0, 2]
    assert seen.active == [3]
    assert seen.points.shape == (4, 6)


def hit(overhead):
    return StageRecord(stage="base", outcome=StageOutcome.CACHED, overhead_seconds=overhead)


@pytest.mark.parametrize(
    ("seconds", "hits", "expected"),
    [
        (None, [], 0.1),
        (100.0, [], 0.1),
        (1.0, [], 0.01),
        (100.0, [0.4, 0.2, 0.3], 0.3),
        (100.0, [0.0], 0.1),
    ],
    ids=["nothing known", "long trials", "short trials", "measured", "measured as nothing"],
)
def test_a_cached_stage_costs_its_overhead_but_never_much(wavy, seconds, hits, expected):
    trial = wavy.sample(1)[0]
    records = [hit(overhead) for overhead in hits]
    if seconds is not None:
        executed = StageRecord(stage="prepare", outcome=StageOutcome.EXECUTED, seconds=seconds)
        records.append(executed)
    request = wavy.request([with_records(trial, *records)])

    assert epsilon_seconds(request, stage_times(request)) == pytest.approx(expected)


def test_what_was_spent_leaves_stopped_trials_out(wavy):
    trials = wavy.sample(3)
    first, second, third = (trial.spent_seconds for trial in trials)
    stopped = replace(trials[1], state=TrialState.STOPPED)

    assert spent_after(tuple(trials), 2) == pytest.approx(first + second)
    assert spent_after((trials[0], stopped, trials[2]), 2) == pytest.approx(first + third)
    assert spent_after(tuple(trials), 9) == pytest.approx(first + second + third)
