from dataclasses import replace

import pytest

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.trial import StageOutcome, StageRecord
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.ui.columns import columns_of
from tests.unit.ui.examples import FIRST, FOURTH, SECOND, THIRD, snapshot, trial


def column(key, shown=None):
    return next(found for found in columns_of(shown or snapshot()) if found.key == key)


def test_the_columns_are_what_became_of_a_trial_its_values_and_its_stages():
    assert [(found.group, found.name) for found in columns_of(snapshot())] == [
        ("trial", "trial"),
        ("trial", "state"),
        ("trial", "objective"),
        ("trial", "spent"),
        ("trial", "saved"),
        ("parameter", "rows"),
        ("parameter", "mode"),
        ("parameter", "rate"),
        ("stage", "prepare"),
        ("stage", "train"),
    ]


@pytest.mark.parametrize(
    ("key", "cells"),
    [
        ("trial", ["1", "2", "3"]),
        ("state", ["Succeeded", "Succeeded", "Failed"]),
        ("objective", ["0.5", "0.7", ""]),
        ("spent", ["15 s", "6.0 s", "14 s"]),
        ("saved", ["", "10 s", ""]),
        ("parameter:mode", ["fast", "fast", "slow"]),
        ("parameter:rows", ["9", "10", "100"]),
        ("stage:prepare", [("Executed", "10 s"), ("Cached", "10 s"), ("Executed", "12 s")]),
        ("stage:train", [("Executed", "5.0 s"), ("Executed", "6.0 s"), ("Failed", "2.0 s")]),
    ],
)
def test_a_cell_shows_what_a_trial_has_there(key, cells):
    assert [column(key).cell(found) for found in (FIRST, SECOND, THIRD)] == cells


@pytest.mark.parametrize(
    ("key", "measures"),
    [
        ("objective", [0.5, 0.7, None]),
        ("spent", [15.0, 6.0, 14.0]),
        ("parameter:rows", [9.0, 10.0, 100.0]),
        ("parameter:mode", ["fast", "fast", "slow"]),
        ("stage:prepare", [10.0, 0.0, 12.0]),
    ],
)
def test_a_cell_is_sorted_by_its_number_and_not_by_what_it_shows(key, measures):
    assert [column(key).measure(found) for found in (FIRST, SECOND, THIRD)] == measures


def test_a_stage_that_has_not_run_or_was_skipped_has_no_time():
    skipped = trial(9, 0.1, StageRecord(stage="train", outcome=StageOutcome.SKIPPED))

    assert column("stage:train").cell(FOURTH) is None
    assert column("stage:train").measure(FOURTH) is None
    assert column("stage:train").cell(skipped) == ("Skipped", "")
    assert column("stage:train").measure(skipped) is None


def test_a_budget_in_money_charges_money():
    shown = snapshot()
    prices = {"prepare": 3600.0, "train": 0.0}
    budget = Budget(amount=50.0, prices=prices, currency="EUR")

    spent = column("spent", replace(shown, experiment=replace(shown.experiment, budget=budget)))

    assert spent.cell(FIRST) == "10 EUR"
    assert "EUR" in spent.about


def test_a_truth_value_is_no_number_and_a_missing_one_is_empty():
    both = (replace(FIRST, configuration=Configuration(values)) for values in ({"rows": True}, {}))

    found = [(column("parameter:rows").cell(t), column("parameter:rows").measure(t)) for t in both]

    assert found == [("true", "true"), ("", None)]


def test_choices_stand_as_texts_and_numbers_as_numbers():
    found = {c.name: c.is_number for c in columns_of(snapshot()) if c.group == "parameter"}

    assert found == {"rows": True, "mode": False, "rate": True}


def test_a_parameter_says_which_stage_reads_it_first():
    assert column("parameter:rate").document == {
        "key": "parameter:rate",
        "name": "rate",
        "group": "parameter",
        "number": True,
        "about": "read first by train",
    }
