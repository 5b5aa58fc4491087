"""All checks together."""

from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.report.health import Severity, checks

RAN, CACHED = StageOutcome.EXECUTED, StageOutcome.CACHED
IDS = {
    "cache-thrashing",
    "overfitting-surrogate",
    "premature-convergence",
    "cheap-but-useless",
    "failing-stage",
    "small-budget",
    "cost-forecast",
    "last-stage-cost",
    "nothing-reused",
}


def _found(case):
    return {f.id: f for f in checks(case.experiment, case.pipeline, case.history)}


BOTH = (("prepare", RAN, 1.0), ("train", RAN, 1.0))
REUSED = (("prepare", CACHED, 1.0), ("train", RAN, 1.0))


def test_a_healthy_experiment_has_nothing_but_ok(thirty):
    healthy = thirty(lambda n, rng: (n // 3 / 10, rng.random(), n / 30, REUSED if n % 3 else BOTH))

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


def test_the_most_serious_finding_stands_first(thirty):
    case = thirty(lambda n, rng: (0.5, rng.random(), n / 30, BOTH))

    found = [f.severity for f in checks(case.experiment, case.pipeline, case.history)]

    assert found == sorted(found, key=list(Severity).index, reverse=True)
    assert found[0] is Severity.WARNING
