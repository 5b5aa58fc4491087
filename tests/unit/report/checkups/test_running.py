"""Whether trials run as they should."""

from dataclasses import replace

import pytest

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.report.checkups import running
from eeipu_kfp.report.checkups.evidence import Evidence, Severity

RAN, CACHED, FAILED = StageOutcome.EXECUTED, StageOutcome.CACHED, StageOutcome.FAILED
BOTH = (("prepare", RAN, 1.0), ("train", RAN, 1.0))
REUSED = (("prepare", CACHED, 1.0), ("train", RAN, 1.0))


def _evidence(case):
    return Evidence(experiment=case.experiment, pipeline=case.pipeline, history=case.history)


def test_failures_in_one_stage_name_it_and_its_parameters(small, trial):
    failure = Failure(message="killed", stage="train")
    case = small.with_trials(
        *(trial(n, None, ("train", FAILED, 1.0), failure=failure, x=n / 9, y=0.1) for n in range(9))
    )

    verdict = running.failing_stage(_evidence(case))

    assert verdict.severity is Severity.WARNING
    assert "9 of 9 trials failed in `train`" in verdict.seen
    assert "`y`" in verdict.advice
    assert "`stageTimeoutSeconds`" in verdict.advice


@pytest.mark.parametrize(
    ("failed", "trials", "severity"),
    [
        (2, 2, Severity.WARNING),
        (2, 3, Severity.OK),
        (3, 30, Severity.WARNING),
        (3, 31, Severity.OK),
    ],
    ids=["all", "two", "a tenth", "fewer"],
)
def test_failures_are_worth_a_warning_where_they_are_many_or_all(
    small, trial, failed, trials, severity
):
    failure = Failure(message="killed", stage="train")
    case = small.with_trials(
        *(trial(n, None, ("train", FAILED, 1.0), failure=failure) for n in range(failed)),
        *(trial(n, 0.5, *BOTH) for n in range(failed, trials)),
    )

    assert running.failing_stage(_evidence(case)).severity is severity


@pytest.mark.parametrize(
    ("budget_seconds", "severity"),
    [(10.0, Severity.WARNING), (30.0, Severity.NOTICE), (100.0, Severity.OK)],
    ids=["a fifth", "a fifteenth", "a fiftieth"],
)
def test_a_trial_should_cost_a_small_part_of_the_budget(thirty, budget_seconds, severity):
    case = thirty(lambda n, rng: (n / 30, rng.random(), n / 30, BOTH))
    case = replace(case, experiment=replace(case.experiment, budget=Budget(amount=budget_seconds)))

    verdict = running.small_budget(_evidence(case))

    assert verdict.severity is severity
    assert "2.0 s" in verdict.seen


def _forecast(case, factor):
    return case.with_trials(
        *(
            replace(t, expected_cost=t.spent_seconds * (factor if t.number % 2 else 1 / factor))
            for t in case.history.trials
        )
    )


@pytest.mark.parametrize(
    ("factor", "severity"), [(1.3, Severity.OK), (3.0, Severity.NOTICE)], ids=["near", "far off"]
)
def test_forecasts_should_be_near_what_trials_cost(thirty, factor, severity):
    case = _forecast(thirty(lambda n, rng: (n / 30, 0.5, n / 30, BOTH)), factor)

    verdict = running.wrong_forecast(_evidence(case))

    assert verdict.severity is severity
    assert f"a factor of {factor} " in verdict.seen


def test_without_forecasts_there_is_nothing_to_compare(thirty):
    case = thirty(lambda n, rng: (n / 30, 0.5, n / 30, BOTH))

    assert running.wrong_forecast(_evidence(case)).seen.startswith("Too early to tell")


def test_what_a_trial_costs_is_told_in_the_unit_of_the_budget(thirty):
    prices = {"prepare": 0.0, "train": 3600.0}
    case = thirty(lambda n, _: (n / 30, 0.5, 1.0, BOTH)).with_budget(
        amount=20.0, prices=prices, currency="EUR"
    )

    verdict = running.small_budget(_evidence(case))

    assert "costs 1 EUR, 5 % of the budget of 20 EUR" in verdict.seen
    assert "Raise `budget.money.amount` to 20 or more" in verdict.advice
