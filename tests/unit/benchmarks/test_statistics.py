import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wilcoxon

from benchmarks.statistics import Estimate, Paired

FIGURES = st.lists(st.floats(-100.0, 100.0), min_size=2, max_size=12)


def test_the_error_of_a_mean_shrinks_with_the_root_of_the_count():
    found = Estimate.of([1.0, 3.0])

    assert found == Estimate(mean=2.0, error=pytest.approx(1.0))


def test_a_single_seed_has_no_error():
    assert math.isnan(Estimate.of([1.0]).error)


def test_less_is_a_win_and_the_difference_is_below_zero():
    found = Paired.of([1.0, 2.0, 3.0], [2.0, 2.0, 1.0])

    assert (found.wins, found.ties, found.losses) == (1, 1, 1)
    assert Paired.of([1.0, 1.0], [2.0, 4.0]).difference == Estimate(
        mean=-2.0, error=pytest.approx(1.0)
    )


def test_equal_figures_are_ties_whatever_their_last_digits():
    found = Paired.of([0.1 + 0.2, 1e6], [0.3, 1e6 * (1 + 1e-12)])

    assert (found.ties, found.p_value) == (2, 1.0)


def test_the_p_value_is_that_of_the_signed_rank_test():
    one, other = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 4.0, 6.0, 8.0, 10.0, 11.5]

    expected = wilcoxon([a - b for a, b in zip(one, other, strict=True)]).pvalue

    assert Paired.of(one, other).p_value == pytest.approx(expected)
    assert expected < 0.05


@given(figures=FIGURES, offset=st.floats(0.01, 50.0))
def test_swapping_both_sides_swaps_wins_and_losses(figures, offset):
    shifted = [figure + offset for figure in figures]

    one, other = Paired.of(figures, shifted), Paired.of(shifted, figures)

    assert (one.wins, one.losses) == (other.losses, other.wins) == (len(figures), 0)
    assert one.difference.mean == pytest.approx(-other.difference.mean)
