"""Each check finds the illness it is for, and none in a healthy experiment."""

import random
from dataclasses import replace

import pytest

from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.report.health import Severity, checks

RAN, CACHED, FAILED = StageOutcome.EXECUTED, StageOutcome.CACHED, StageOutcome.FAILED
IDS = {
    "cache-thrashing",
    "overfitting-surrogate",
    "premature-convergence",
    "cheap-but-useless",
    "failing-stage",
    "small-budget",
    "last-stage-cost",
    "nothing-reused",
}


def _found(case):
    return {f.id: f for f in checks(case.experiment, case.pipeline, case.history)}


@pytest.fixture
def ill(small, trial):
    """Return what makes a history of 30 trials: x, y, score and stages for each number."""

    def make(row):
        rng = random.Random(5)
        trials = [
            trial(n, score, *stages, x=x, y=y)
            for n in range(1, 31)
            for x, y, score, stages in (row(n, rng),)
        ]
        return small.with_trials(*trials)

    return make


BOTH = (("prepare", RAN, 1.0), ("train", RAN, 1.0))
REUSED = (("prepare", CACHED, 1.0), ("train", RAN, 1.0))


def test_a_healthy_experiment_has_nothing_but_ok(ill):
    healthy = ill(lambda n, rng: (n // 3 / 10, rng.random(), n / 30, REUSED if n % 3 else BOTH))

    findings = _found(healthy)

    assert findings.keys() == IDS
    assert {f.severity for f in findings.values()} == {Severity.OK}


def test_a_usual_experiment_has_no_warning(usual, branching):
    for case in (usual, branching):
        assert Severity.WARNING not in {f.severity for f in _found(case).values()}


def test_nothing_is_found_in_nothing(small):
    findings = checks(small.experiment, small.pipeline, small.history)

    assert {f.id for f in findings} == IDS
    assert {f.severity for f in findings} == {Severity.OK}


def test_a_stage_run_twice_for_the_same_values_is_thrashing(ill):
    finding = _found(ill(lambda n, rng: (0.5, rng.random(), n / 30, BOTH)))["cache-thrashing"]

    assert finding.severity is Severity.WARNING
    assert "29 stage runs" in finding.seen
    assert "29 s of 60 s" in finding.seen
    assert "`prepare`" in finding.seen
    assert "`cache.sizeLimit`" in finding.advice


def test_one_repeated_stage_is_a_notice(ill):
    case = ill(lambda n, rng: (max(n, 2) / 30, rng.random(), n / 30, BOTH))

    assert _found(case)["cache-thrashing"].severity is Severity.NOTICE


def test_a_stage_that_failed_may_run_again(small, trial):
    failed = trial(
        1, None, ("prepare", FAILED, 9.0), failure=Failure(message="oom", stage="prepare"), x=1, y=1
    )
    again = trial(2, 0.5, ("prepare", RAN, 9.0), ("train", RAN, 1.0), x=1, y=1)

    assert _found(small.with_trials(failed, again))["cache-thrashing"].severity is Severity.OK


def test_sticking_to_one_prefix_without_gain_is_overfitting(ill):
    case = ill(
        lambda n, rng: (
            (n / 30, rng.random(), 0.9 if n == 14 else 0.1, BOTH)
            if n < 15
            else (14 / 30, rng.random(), 0.5, REUSED)
        )
    )

    finding = _found(case)["overfitting-surrogate"]

    assert finding.severity is Severity.WARNING
    assert "10 of the last 10 trials" in finding.seen
    assert "16 trials ago" in finding.seen
    assert "`algorithm.warmUpTrials`" in finding.advice


def test_sticking_to_one_prefix_is_fine_while_it_gains(ill):
    case = ill(lambda n, rng: (min(n, 15) / 30, rng.random(), n / 30, BOTH if n < 16 else REUSED))

    assert _found(case)["overfitting-surrogate"].severity is Severity.OK


def test_near_copies_of_an_early_best_are_premature_convergence(ill):
    case = ill(
        lambda n, rng: (
            (rng.random(), rng.random(), 0.9 if n == 5 else 0.2, BOTH)
            if n < 15
            else (0.5 + n / 1e5, 0.5, 0.8, BOTH)
        )
    )

    finding = _found(case)["premature-convergence"]

    assert finding.severity is Severity.WARNING
    assert "25 trials ago" in finding.seen
    assert "`algorithm.seed`" in finding.advice


def test_free_trials_that_gain_nothing_are_useless(ill):
    free = (("prepare", CACHED, 9.0), ("train", RAN, 0.1))
    whole = (("prepare", RAN, 9.0), ("train", RAN, 0.1))
    case = ill(
        lambda n, rng: (
            (n / 30, rng.random(), 0.9 if n == 5 else 0.2, whole)
            if n < 15
            else (rng.choice((1, 2, 3, 4, 5)) / 30, rng.random(), 0.1, free)
        )
    )

    finding = _found(case)["cheap-but-useless"]

    assert finding.severity is Severity.NOTICE
    assert "10 of the last 10 trials" in finding.seen
    assert "(y)" in finding.advice
    assert "`budget.seconds`" in finding.advice


def test_failures_in_one_stage_name_it_and_its_parameters(small, trial):
    failure = Failure(message="killed", stage="train")
    case = small.with_trials(
        *(trial(n, None, ("train", FAILED, 1.0), failure=failure, x=n / 9, y=0.1) for n in range(9))
    )

    finding = _found(case)["failing-stage"]

    assert finding.severity is Severity.WARNING
    assert "9 of 9 trials failed in `train`" in finding.seen
    assert "`y`" in finding.advice
    assert "`stageTimeoutSeconds`" in finding.advice


@pytest.mark.parametrize(
    ("budget_seconds", "severity"),
    [(10.0, Severity.WARNING), (30.0, Severity.NOTICE), (100.0, Severity.OK)],
    ids=["a fifth", "a fifteenth", "a fiftieth"],
)
def test_a_trial_should_cost_a_small_part_of_the_budget(ill, budget_seconds, severity):
    case = ill(lambda n, rng: (n / 30, rng.random(), n / 30, BOTH))
    case = replace(case, experiment=replace(case.experiment, budget_seconds=budget_seconds))

    finding = _found(case)["small-budget"]

    assert finding.severity is severity
    assert "2.0 s" in finding.seen


def test_a_last_stage_that_costs_nearly_all_is_noticed(ill):
    stages = (("prepare", RAN, 1.0), ("train", RAN, 9.0))
    case = ill(lambda n, rng: (n / 30, rng.random(), n / 30, stages))

    finding = _found(case)["last-stage-cost"]

    assert finding.severity is Severity.NOTICE
    assert "`train` takes 90 %" in finding.seen
    assert "other 10 %" in finding.seen


def test_an_experiment_that_reuses_nothing_is_warned(ill):
    finding = _found(ill(lambda n, rng: (n / 30, rng.random(), n / 30, BOTH)))["nothing-reused"]

    assert finding.severity is Severity.WARNING
    assert "0 of 60 stage runs" in finding.seen
    assert "`prepare`" in finding.advice


def test_the_most_serious_finding_stands_first(ill):
    case = ill(lambda n, rng: (0.5, rng.random(), n / 30, BOTH))

    found = [f.severity for f in checks(case.experiment, case.pipeline, case.history)]

    assert found == sorted(found, key=list(Severity).index, reverse=True)
    assert found[0] is Severity.WARNING
