"""What the checks look at."""

from dataclasses import replace

from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.report.checkups.evidence import Evidence

BOTH = (("prepare", StageOutcome.CACHED, 3.0), ("train", StageOutcome.EXECUTED, 2.0))


def _evidence(case):
    return Evidence(experiment=case.experiment, pipeline=case.pipeline, history=case.history)


def test_the_late_trials_are_the_last_third(thirty):
    evidence = _evidence(thirty(lambda n, _: (n / 30, 0.5, n / 30, BOTH)))

    assert [trial.number for trial in evidence.late] == list(range(21, 31))


def test_the_age_of_the_best_trial_is_counted_in_trials(thirty):
    early = _evidence(thirty(lambda n, _: (n / 30, 0.5, -abs(n - 10.0), BOTH)))
    late = _evidence(thirty(lambda n, _: (n / 30, 0.5, n / 30, BOTH)))

    assert (early.trials_since_best, early.since_best) == (20, "20 trials ago")
    assert (late.trials_since_best, late.since_best) == (0, "the last one")


def test_a_whole_trial_costs_what_it_would_without_the_cache(thirty, small):
    assert _evidence(thirty(lambda n, _: (n / 30, 0.5, 1.0, BOTH))).whole_cost == 5.0
    assert _evidence(small).whole_cost == 0.0


def test_trials_outside_the_space_are_no_evidence(thirty):
    case = thirty(lambda n, _: (n / 30, 0.5, 1.0, BOTH))
    narrower = Space({"x": Float(0.0, 0.5), "y": Float(0.0, 1.0)})
    experiment = replace(case.experiment, space=narrower)

    evidence = _evidence(replace(case, experiment=experiment))

    assert [trial.number for trial in evidence.scored] == list(range(1, 16))


def test_tuned_parameters_are_those_that_stages_read(small):
    evidence = _evidence(small)

    assert evidence.tuned("prepare") == ("x",)
    assert evidence.tuned("prepare", "train") == ("x", "y")
