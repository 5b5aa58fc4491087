"""Where values stand on an axis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.report.scales import Scale, fence, padded

finite = st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False)


def test_a_scale_puts_its_limits_at_its_ends():
    scale = Scale(low=10.0, high=20.0, start=100.0, stop=0.0)

    assert [scale(10), scale(15), scale(20)] == [100.0, 50.0, 0.0]


def test_a_value_outside_stands_at_the_edge():
    scale = Scale(low=0.0, high=1.0, start=0.0, stop=50.0)

    assert (scale(-1e12), scale(1e12)) == (0.0, 50.0)


def test_a_logarithmic_scale_spreads_powers_evenly():
    scale = Scale(low=1e-4, high=1.0, start=0.0, stop=100.0, log=True)

    assert scale(1e-2) == pytest.approx(50)
    assert scale(0.0) == 0.0


def test_equal_limits_put_everything_in_the_middle():
    scale = Scale(low=3.0, high=3.0, start=0.0, stop=10.0)

    assert scale(3.0) == 5.0
    assert scale.ticks() == (3.0,)


@pytest.mark.parametrize(
    ("low", "high", "log", "ticks"),
    [
        (0, 10, False, (0, 2, 4, 6, 8, 10)),
        (0.81, 0.93, False, (0.825, 0.85, 0.875, 0.9, 0.925)),
        (1e-4, 1, True, (1e-4, 1e-3, 1e-2, 1e-1, 1)),
        (2, 32, True, (3, 10, 30)),
        (0, 1e12, False, (0, 2e11, 4e11, 6e11, 8e11, 1e12)),
    ],
    ids=["plain", "narrow", "powers", "less than two powers", "huge"],
)
def test_ticks_are_round(low, high, log, ticks):
    scale = Scale(low=low, high=high, start=0, stop=1, log=log)

    assert scale.ticks() == pytest.approx(ticks)


def test_time_ticks_are_round_in_their_unit():
    scale = Scale(low=0.0, high=3600.0, start=0, stop=1)

    assert scale.time_ticks() == (0, 600, 1200, 1800, 2400, 3000, 3600)


@given(finite, finite)
def test_ticks_stay_inside_and_few(one, other):
    low, high = sorted((one, other))
    ticks = Scale(low=low, high=high, start=0, stop=1).ticks()

    slack = 1e-6 * max(abs(low), abs(high))
    assert 1 <= len(ticks) <= 8
    assert all(low - slack <= tick <= high + slack for tick in ticks)


@given(st.lists(finite, min_size=1, max_size=30))
def test_the_fence_keeps_the_best_and_most_trials(scores):
    limit = fence(scores)

    assert min(scores) <= limit <= max(scores)
    assert 2 * sum(score >= limit for score in scores) >= len(scores)


def test_the_fence_leaves_terrible_trials_outside():
    assert fence([-1e12, 0.90, 0.91, 0.92, 0.93]) > 0.8


def test_the_fence_stays_low_where_nothing_would_be_gained():
    assert fence([0.80, 0.90, 0.91, 0.92, 0.93]) == 0.80


def test_limits_without_width_get_some():
    low, high = padded(0.9, 0.9)

    assert low < 0.9 < high
    assert padded(0.0, 0.0) == (-0.5, 0.5)
