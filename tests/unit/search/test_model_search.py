import pytest

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.search.designers import make_designer

PLENTY = Budget(amount=1e9)


def test_the_warm_up_comes_first_and_says_so(wavy):
    reasons = [
        make_designer("eeipu").suggest(wavy.request(wavy.sample(n), budget=PLENTY)).reason
        for n in (0, 13, 14)
    ]

    assert reasons[0].startswith("warm-up 1 of 14: ")
    assert reasons[1].startswith("warm-up 14 of 14: ")
    assert not reasons[2].startswith("warm-up")


def test_as_long_as_everything_fails_the_warm_up_goes_on(wavy):
    trials = []
    for trial in wavy.sample(20):
        trials.append(
            wavy.run(trials, trial.configuration, to_run=("prepare",), state=TrialState.FAILED)
        )

    answer = make_designer("eeipu").suggest(wavy.request(trials))

    assert answer.reason.startswith("warm-up 21 of 21")
    assert answer.is_warm_up


def test_a_warm_up_that_cannot_be_paid_gives_way_to_what_can(wavy):
    trials = wavy.sample(8)

    answer = make_designer("eeipu").suggest(
        wavy.request(trials, budget=PLENTY, remaining=2.0, warm_up_trials=20)
    )

    assert answer.to_run == ("meta",)


@pytest.mark.parametrize("left", [2.0, 1.0, 0.7, 0.5, 0.4], ids=str)
@pytest.mark.parametrize("name", ["eeipu", "eeipu-published"])
def test_near_the_end_only_short_trials_are_proposed(name, left, wavy):
    answer = make_designer(name).suggest(wavy.request(wavy.sample(20), remaining=left))

    assert answer.to_run == ("meta",)
    assert answer.expected_cost <= left


@pytest.mark.parametrize("name", ["eeipu", "ei"])
def test_one_untried_configuration_too_dear_to_run_is_no_exhausted_space(name, discrete):
    trials, _ = discrete.play(name, limit=11)

    answer = make_designer(name).suggest(discrete.request(trials, remaining=1e-6))

    assert isinstance(answer, Stop)
    assert answer.reason is StopReason.BUDGET_EXHAUSTED
