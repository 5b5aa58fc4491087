"""How numbers and times read."""

import pytest

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.report import wording


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 s"),
        (0.254, "0.25 s"),
        (6.31, "6.3 s"),
        (63.4, "63 s"),
        (141.0, "141 s"),
        (750.0, "12 min"),
        (3 * 3600.0, "3.0 h"),
        (5 * 86_400.0, "5.0 d"),
        (1e12, "1.2e7 d"),
    ],
    ids=str,
)
def test_a_duration_has_the_unit_that_suits_it(seconds, words):
    assert wording.duration(seconds) == words


def test_two_durations_can_share_a_unit():
    assert wording.duration(30.0, like=1200.0) == "0.5 min"


def test_a_cost_is_a_time_or_money():
    assert wording.cost(Budget(amount=1), 63.4) == "63 s"
    assert wording.cost(Budget(amount=1, prices={"a": 1.0}, currency="EUR"), 0.25) == "0.25 EUR"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (0.93125, "0.9313"),
        (-2.0, "-2"),
        (12345.6, "12,346"),
        (1e12, "1e12"),
        (-1.25e-7, "-1.25e-7"),
        (999_999, "999,999"),
    ],
    ids=str,
)
def test_a_number_has_four_digits_at_most(number, words):
    assert wording.number(number) == words


def test_a_configuration_reads_as_assignments():
    values = {"rate": 0.0123456, "depth": 3, "kind": "<b>", "flag": True, "sizes": [1, 2]}

    assert wording.configuration(values) == (
        "rate=0.01235, depth=3, kind=<b>, flag=true, sizes=[1,2]"
    )


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(1, 2, "50 %"), (1, 200, "0.5 %"), (1, 1e6, "< 0.1 %"), (0, 0, "0 %"), (3, 2, "150 %")],
    ids=str,
)
def test_a_share_is_a_percentage(part, whole, words):
    assert wording.percent(part, whole) == words


def test_a_count_agrees_with_its_noun():
    assert wording.count(1, "trial") == "1 trial"
    assert wording.count(1000, "trial") == "1,000 trials"


def test_a_long_value_is_cut():
    assert len(wording.value("x" * 500)) == len(wording.value(list(range(500)))) == 60


def test_a_long_text_is_cut():
    assert wording.shorten("learning_rate", 9) == "learning…"
    assert wording.shorten("rate", 9) == "rate"
