from statistics import median

import pytest

from benchmarks.comparison import Comparison
from benchmarks.forecasts import forecast_table, foreseen
from benchmarks.results import Unit
from tests.unit.benchmarks.worlds import row, small_problem


def searches(problem, **counts):
    """A search of each method on seed 1 with so many trials after one of warm-up."""
    units = {}
    for method, count in counts.items():
        name = {"alone": "eeipu@none", "cached": "eeipu@pool"}[method]
        units[Unit(problem="small", method=name, seed=1)] = tuple(
            row(i, spent=float(i), best=0.5, is_warm_up=i == 0) for i in range(count + 1)
        )
    return Comparison.of(problem, units)


def test_what_is_foreseen_rests_on_the_given_trials_alone():
    problem = small_problem()
    given = problem.warm_up(1)
    usual = sum(median(s.seconds(v) for v in given) for s in problem.pipeline.stages)
    left = problem.budget - sum(map(problem.cost, given))

    found = foreseen(problem, 1)

    assert found.whole == pytest.approx(left / usual)
    assert found.gain > 1.5


def test_forecasts_stand_beside_what_was_measured():
    text = forecast_table([searches(small_problem(), alone=10, cached=20)])

    told = foreseen(small_problem(), 1)
    off = 100 * (told.gain / 2.0 - 1.0)
    cells = [cell.strip() for cell in text.splitlines()[2].strip("|").split("|")]
    assert cells[0] == "small"
    assert cells[3] == "10"
    assert cells[5:8] == ["20", f"{told.gain:.2f}", "2.00"]
    assert cells[8] == f"{off:+.0f} %"
    assert f"off by {abs(off):.0f} % on average" in text


def test_a_problem_that_was_not_searched_both_ways_is_left_out():
    text = forecast_table([searches(small_problem(), cached=20)])

    assert "small" not in text
