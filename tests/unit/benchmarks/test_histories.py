import numpy as np

from benchmarks.histories import PastSearch
from eeipu_kfp.core.trial import StageOutcome

PAST = PastSearch.made_up((2, 3, 2), 60)


def test_a_request_tells_of_the_first_trials_alone():
    request = PAST.request(20)

    assert request.trials == PAST.trials[:20]
    assert request.cached.to_run(PAST.trials[19].configuration) == ("stage2",)
    assert request.cached.to_run(PAST.trials[-1].configuration) != ("stage2",)


def test_about_as_many_trials_reuse_a_prefix_as_in_a_search():
    reused = [
        any(record.outcome is StageOutcome.CACHED for record in trial.stages)
        for trial in PAST.trials
    ]

    assert not reused[0]
    assert 0.5 < np.mean(reused) < 0.9


def test_what_is_taken_from_the_cache_was_computed_before():
    for number, trial in enumerate(PAST.trials):
        cached = [r.stage for r in trial.stages if r.outcome is StageOutcome.CACHED]
        to_run = PAST.request(number).cached.to_run(trial.configuration)
        assert not set(cached) & set(to_run)
