import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.accounting import Trace
from tests.unit.benchmarks.worlds import row, trace


def test_a_trial_that_ends_beyond_the_budget_does_not_count():
    found = trace((2.0, 0.0), (9.0, 0.5), (10.5, 1.0))

    assert found.candidates == 1
    assert found.regret_at(10.0) == 0.5


def test_a_trial_that_ends_with_the_last_second_counts():
    assert trace((2.0, 0.0), (10.0, 0.5)).candidates == 1


def test_the_warm_up_is_no_candidate():
    assert trace((2.0, 0.0), (3.0, 0.5), (4.0, 0.5), warm_up=2).candidates == 1


def test_regret_at_a_cost_is_that_of_the_trials_that_have_ended_by_then():
    found = trace((2.0, 0.2), (5.0, 0.6))

    assert found.regret_at(4.9) == pytest.approx(0.8)
    assert found.regret_at(5.0) == pytest.approx(0.4)


def test_regret_before_the_first_trial_is_what_that_one_will_leave():
    assert trace((2.0, 0.2)).regret_at(1.0) == pytest.approx(0.8)


def test_the_area_averages_regret_over_the_money_after_the_warm_up():
    found = trace((2.0, 0.0), (6.0, 0.5))

    assert found.area == pytest.approx((4 * 1.0 + 4 * 0.5) / 8)


def test_the_area_of_a_search_that_stops_early_goes_on_to_the_budget():
    early, late = trace((2.0, 0.5)), trace((2.0, 0.5), (9.0, 0.5))

    assert early.area == late.area == pytest.approx(0.5)


def test_reuse_is_the_share_of_candidates_with_a_hit():
    rows = [
        row(1, spent=1.0, best=0.0, is_warm_up=True, hits=2),
        row(2, spent=2.0, best=0.0, hits=2),
        row(3, spent=3.0, best=0.0, hits=0),
    ]

    assert Trace.of(rows, 10.0, 1.0).reuse == 0.5


def test_a_value_above_a_rounded_optimum_is_no_negative_regret():
    assert trace((1.0, 1.0 + 1e-9)).regret_at(10.0) == 0.0


def test_trials_before_any_objective_count_for_nothing():
    rows = [
        row(1, spent=1.0, best=None, is_warm_up=True),
        row(2, spent=2.0, best=0.5, is_warm_up=True),
    ]

    assert Trace.of(rows, 10.0, 1.0).regret_at(1.5) == 0.5


@given(
    costs=st.lists(st.floats(0.1, 3.0), min_size=1, max_size=12),
    gains=st.lists(st.floats(0.0, 0.5), min_size=12, max_size=12),
)
def test_regret_never_rises_with_money_and_the_area_lies_between_first_and_last(costs, gains):
    spent, best = np.cumsum(costs), np.minimum(np.cumsum(gains), 1.0)[: len(costs)]
    found = trace(*zip(spent, best, strict=True), budget=40.0)

    regrets = found.regrets_at(np.linspace(0.0, 40.0, 30))

    assert (np.diff(regrets) <= 0).all()
    assert regrets[-1] - 1e-9 <= found.area <= regrets[0] + 1e-9
