"""Whether the cache is of use."""

from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.report.checkups import reuse
from eeipu_kfp.report.checkups.evidence import Evidence, Severity

RAN, CACHED, FAILED = StageOutcome.EXECUTED, StageOutcome.CACHED, StageOutcome.FAILED
BOTH = (("prepare", RAN, 1.0), ("train", RAN, 1.0))
REUSED = (("prepare", CACHED, 1.0), ("train", RAN, 1.0))


def _evidence(case):
    return Evidence(experiment=case.experiment, pipeline=case.pipeline, history=case.history)


def test_a_stage_run_twice_for_the_same_values_is_thrashing(thirty):
    case = thirty(lambda n, rng: (0.5, rng.random(), n / 30, BOTH))

    verdict = reuse.thrashing(_evidence(case))

    assert verdict.severity is Severity.WARNING
    assert "29 stage runs" in verdict.seen
    assert "29 s of 60 s" in verdict.seen
    assert "`prepare`" in verdict.seen
    assert "`cache.sizeLimit`" in verdict.advice


def test_one_repeated_stage_is_a_notice(thirty):
    case = thirty(lambda n, rng: (max(n, 2) / 30, rng.random(), n / 30, BOTH))

    assert reuse.thrashing(_evidence(case)).severity is Severity.NOTICE


def test_a_stage_that_failed_may_run_again(small, trial):
    failed = trial(
        1, None, ("prepare", FAILED, 9.0), failure=Failure(message="oom", stage="prepare"), x=1, y=1
    )
    again = trial(2, 0.5, ("prepare", RAN, 9.0), ("train", RAN, 1.0), x=1, y=1)

    assert reuse.thrashing(_evidence(small.with_trials(failed, again))).severity is Severity.OK


def test_a_last_stage_that_costs_nearly_all_is_noticed(thirty):
    stages = (("prepare", RAN, 1.0), ("train", RAN, 9.0))
    case = thirty(lambda n, rng: (n / 30, rng.random(), n / 30, stages))

    verdict = reuse.last_stage_dominates(_evidence(case))

    assert verdict.severity is Severity.NOTICE
    assert "`train`: 90 %" in verdict.seen
    assert "other 10 %" in verdict.seen


def test_an_experiment_that_reuses_nothing_is_warned(thirty):
    case = thirty(lambda n, rng: (n / 30, rng.random(), n / 30, BOTH))

    verdict = reuse.nothing_reused(_evidence(case))

    assert verdict.severity is Severity.WARNING
    assert "0 of 60 stage runs" in verdict.seen
    assert "`prepare`" in verdict.advice
