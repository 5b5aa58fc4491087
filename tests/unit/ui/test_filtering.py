import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.ui.columns import columns_of
from eeipu_kfp.ui.filtering import LONGEST, filter_of
from tests.unit.ui.examples import snapshot

SHOWN = snapshot()


def passing(text):
    test = filter_of(text, columns_of(SHOWN))
    return [trial.number for trial in SHOWN.history.trials if test(trial)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [1, 2, 3, 4]),
        ("objective>0.5", [2]),
        ("objective>=0.5", [1, 2]),
        ("objective<0.7", [1]),
        ("objective<=.7", [1, 2]),
        ("state=failed", [3]),
        ("state!=failed", [1, 2, 4]),
        ("rows=100", [3, 4]),
        ("rows=1e2", [3, 4]),
        ("mode=slow rows>10", [3, 4]),
        ("mode=slow state=running", [4]),
        ("prepare=cached", [2, 4]),
        ("train=failed", [3]),
        ("stage:train>5", [2]),
        ("parameter:rate<0.5", [1]),
        ("RATE<0.5", [1]),
        ("spent>14", [1]),
        ("memory", [3]),
        ("'no memory'", [3]),
        ("MEMORY", [3]),
        ("slow", [3, 4]),
        ("nothing-like-it", []),
        ("trial=2", [2]),
        ("'rate < 0.5'", [1]),
    ],
)
def test_a_filter_lets_those_pass_that_fulfil_all_its_parts(text, numbers):
    assert passing(text) == numbers


def test_a_trial_without_a_value_passes_no_comparison_with_it():
    assert passing("objective<1e9") == [1, 2]
    assert passing("objective>-1e9") == [1, 2]


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("objectve>1", "`objectve` is no column", "did you mean `objective`"),
        ("objective>high", "compares with `high`, which is no number", "column<number"),
        ("x" * (LONGEST + 1), f"may have {LONGEST}", ""),
    ],
)
def test_a_part_that_makes_no_sense_is_named_with_its_remedy(text, said, hint):
    with pytest.raises(InvalidValueError, match=said) as caught:
        passing(text)

    assert hint in caught.value.hint


def test_a_quote_that_is_not_closed_yet_is_no_mistake():
    assert passing("'memory") == [3]


@given(text=st.text(max_size=40))
def test_any_text_is_a_filter_or_a_mistake_that_is_explained(text):
    try:
        numbers = passing(text)
    except InvalidValueError:
        return
    assert set(numbers) <= {1, 2, 3, 4}
