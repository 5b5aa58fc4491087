from dataclasses import replace

import pytest

from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.search.observations import Observations, spent_after


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


def test_what_was_spent_leaves_stopped_trials_out(wavy):
    trials = wavy.sample(3)
    first, second, third = (trial.spent_seconds for trial in trials)
    stopped = replace(trials[1], state=TrialState.STOPPED)

    without = wavy.request([trials[0], stopped, trials[2]])

    assert spent_after(wavy.request(trials), 2) == pytest.approx(first + second)
    assert spent_after(without, 2) == pytest.approx(first + third)
    assert spent_after(wavy.request(trials), 9) == pytest.approx(first + second + third)
