"""Whether the search still learns something."""

from dataclasses import replace

import pytest

from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.report.checkups import search
from eeipu_kfp.report.checkups.evidence import Evidence, Severity

RAN, CACHED, FAILED = StageOutcome.EXECUTED, StageOutcome.CACHED, StageOutcome.FAILED
BOTH = (("prepare", RAN, 1.0), ("train", RAN, 1.0))
REUSED = (("prepare", CACHED, 1.0), ("train", RAN, 1.0))


def _evidence(case):
    return Evidence(experiment=case.experiment, pipeline=case.pipeline, history=case.history)


def test_sticking_to_one_prefix_without_gain_is_overfitting(thirty):
    case = thirty(
        lambda n, rng: (
            (n / 30, rng.random(), 0.9 if n == 14 else 0.1, BOTH)
            if n < 15
            else (14 / 30, rng.random(), 0.5, REUSED)
        )
    )

    verdict = search.stuck(_evidence(case))

    assert verdict.severity is Severity.WARNING
    assert "10 of the last 10 trials" in verdict.seen
    assert "16 trials ago" in verdict.seen
    assert "`algorithm.warmUpTrials`" in verdict.advice


def test_sticking_to_one_prefix_is_fine_while_it_gains(thirty):
    case = thirty(
        lambda n, rng: (min(n, 15) / 30, rng.random(), n / 30, BOTH if n < 16 else REUSED)
    )

    assert search.stuck(_evidence(case)).severity is Severity.OK


def test_near_copies_of_an_early_best_are_premature_convergence(thirty):
    case = thirty(
        lambda n, rng: (
            (rng.random(), rng.random(), 0.9 if n == 5 else 0.2, BOTH)
            if n < 15
            else (0.5 + n / 1e5, 0.5, 0.8, BOTH)
        )
    )

    verdict = search.converged_early(_evidence(case))

    assert verdict.severity is Severity.WARNING
    assert "25 trials ago" in verdict.seen
    assert "`algorithm.seed`" in verdict.advice


def test_free_trials_that_gain_nothing_are_useless(thirty):
    free = (("prepare", CACHED, 9.0), ("train", RAN, 0.1))
    whole = (("prepare", RAN, 9.0), ("train", RAN, 0.1))
    case = thirty(
        lambda n, rng: (
            (n / 30, rng.random(), 0.9 if n == 5 else 0.2, whole)
            if n < 15
            else (rng.choice((1, 2, 3, 4, 5)) / 30, rng.random(), 0.1, free)
        )
    )

    verdict = search.cheap_but_useless(_evidence(case))

    assert verdict.severity is Severity.NOTICE
    assert "10 of the last 10 trials" in verdict.seen
    assert "(y)" in verdict.advice
    assert "`budget.seconds`" in verdict.advice


def test_two_prefixes_are_too_few_to_be_stuck_in_one(thirty):
    case = thirty(
        lambda n, rng: (0.1, rng.random(), 0.9, BOTH) if n < 5 else (0.2, rng.random(), 0.1, BOTH)
    )

    assert search.stuck(_evidence(case)).severity is Severity.OK


def test_without_an_early_parameter_there_is_no_prefix_to_stick_to(small):
    prepare, train = small.pipeline.stages
    stages = (replace(prepare, reads=()), replace(train, reads=("x", "y")))
    case = replace(small, pipeline=replace(small.pipeline, stages=stages))

    assert "before the last stage" in search.stuck(_evidence(case)).seen


@pytest.mark.parametrize(
    "check",
    [search.stuck, search.converged_early, search.cheap_but_useless],
    ids=lambda c: c.__name__,
)
def test_a_few_trials_are_too_early_to_tell(thirty, check):
    case = thirty(lambda n, rng: (0.5, 0.5, 0.9 if n == 1 else 0.1, BOTH))
    few = case.with_trials(*case.history.trials[:11])

    verdict = check(_evidence(few))

    assert verdict.severity is Severity.OK
    assert verdict.seen.startswith("Too early to tell")


@pytest.mark.parametrize(
    "check",
    [search.stuck, search.converged_early, search.cheap_but_useless],
    ids=["stuck", "converged early", "cheap but useless"],
)
def test_a_search_without_gain_that_still_looks_around_is_well(thirty, check):
    case = thirty(lambda n, rng: (rng.random(), rng.random(), 0.9 if n == 5 else 0.1, BOTH))

    assert check(_evidence(case)).severity is Severity.OK
