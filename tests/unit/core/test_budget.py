import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import InvalidValueError

STAGES = ("prepare", "train", "evaluate")
TIMES = st.floats(0.0, 1e6)
RECORDS = st.builds(
    StageRecord,
    stage=st.sampled_from(STAGES),
    outcome=st.sampled_from(StageOutcome),
    seconds=TIMES,
    overhead_seconds=TIMES,
    saved_seconds=TIMES,
)
PRICES = st.fixed_dictionaries(dict.fromkeys(STAGES, st.floats(1e-3, 1e3)))
BUDGETS = st.builds(
    Budget,
    amount=st.floats(1e-3, 1e6),
    counts=st.sampled_from(Counted),
    prices=st.one_of(st.just({}), PRICES),
)


def trial(*records, number=1):
    return Trial(number=number, configuration=Configuration({}), stages=records)


@given(BUDGETS, st.lists(RECORDS, max_size=6), st.lists(RECORDS, max_size=6))
def test_costs_add_up_and_are_never_negative(budget, some, more):
    both = budget.spent_on(trial(*some, *more))

    assert both >= 0
    assert both == pytest.approx(budget.spent([trial(*some), trial(*more, number=2)]))
    assert both == pytest.approx(sum(budget.cost_of(record) for record in (*some, *more)))


@given(st.lists(RECORDS, max_size=6))
def test_without_prices_costs_are_seconds(records):
    one = trial(*records)
    overhead = sum(record.overhead_seconds for record in records)

    both = Budget(amount=1, counts=Counted.COMPUTE_AND_OVERHEAD)

    assert Budget(amount=1).spent_on(one) == one.spent_seconds
    assert Budget(amount=1).saved_on(one) == one.saved_seconds
    assert both.spent_on(one) == pytest.approx(one.spent_seconds + overhead)


@given(st.lists(RECORDS, max_size=6), st.floats(1e-3, 1e3), st.sampled_from(Counted))
def test_with_equal_prices_money_is_time_at_that_price(records, price, counts):
    time = Budget(amount=1, counts=counts)
    money = Budget(amount=1, counts=counts, prices=dict.fromkeys(STAGES, 3600 * price))

    assert money.spent_on(trial(*records)) == pytest.approx(price * time.spent_on(trial(*records)))


def test_a_stage_costs_by_its_own_price():
    budget = Budget(amount=1, prices={"prepare": 0.0, "train": 36.0}, currency="EUR")
    records = [
        StageRecord(stage=name, outcome=StageOutcome.EXECUTED, seconds=100.0)
        for name in ("prepare", "train", "of an earlier pipeline")
    ]

    assert [budget.cost_of(record) for record in records] == pytest.approx([0.0, 1.0, 0.0])


@pytest.mark.parametrize("number", [0, -1, math.nan, math.inf])
def test_an_amount_that_is_not_above_zero_is_refused(number):
    with pytest.raises(InvalidValueError, match=r"budget is .* must be above 0"):
        Budget(amount=number)


@pytest.mark.parametrize("price", [-1, math.nan, math.inf])
def test_a_price_below_zero_is_refused(price):
    with pytest.raises(InvalidValueError, match=r"price of stage `a` is .* 0 or more"):
        Budget(amount=1, prices={"a": price})


def test_where_everything_is_free_there_is_nothing_to_spend():
    with pytest.raises(InvalidValueError, match="all prices are 0"):
        Budget(amount=1, prices={"a": 0.0, "b": 0.0})


def test_an_amount_is_shown_with_its_unit():
    assert Budget(amount=1).shown(2.0) == "2.0 s"
    assert Budget(amount=1, prices={"a": 1.0}).shown(0.012345) == "0.01235 money"
    assert Budget(amount=1, prices={"a": 1.0}, currency="EUR").shown(3.0) == "3 EUR"
