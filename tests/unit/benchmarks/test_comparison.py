import pytest

from benchmarks.comparison import Comparison, area, final_regret, regret_at_share
from benchmarks.results import Unit
from tests.unit.benchmarks.worlds import row, small_problem


def compared(**searches):
    """Searches by method: for each seed from 1 the (spent, best) pairs, the first one given."""
    units = {}
    for method, seeds in searches.items():
        for seed, pairs in enumerate(seeds, start=1):
            units[Unit(problem="small", method=method, seed=seed)] = tuple(
                row(i, spent=spent, best=best, is_warm_up=i == 1, hits=i % 2)
                for i, (spent, best) in enumerate(pairs, start=1)
            )
    units[Unit(problem="another", method="ei", seed=1)] = (row(1, spent=1.0, best=0.0),)
    return Comparison.of(small_problem(budget=10.0), units)


TWO = {
    "ei": [[(2.0, 0.0), (8.0, 0.5)], [(2.0, 0.0), (8.0, 0.5)]],
    "eeipu": [
        [(2.0, 0.0), (4.0, 0.5), (6.0, 1.0), (8.0, 1.0)],
        [(2.0, 0.0), (4.0, 0.5), (6.0, 0.5), (8.0, 0.5)],
    ],
}


def test_searches_of_other_problems_are_left_out():
    assert compared(**TWO).traces["ei"].keys() == {1, 2}


def test_a_figure_is_the_mean_over_the_seeds():
    found = compared(**TWO).estimate("eeipu", final_regret)

    assert (found.mean, found.error) == pytest.approx((0.25, 0.25))


def test_methods_are_paired_on_the_seeds_that_both_have():
    found = compared(ei=TWO["ei"][:1], eeipu=TWO["eeipu"]).paired("ei", "eeipu", final_regret)

    assert found.difference.mean == pytest.approx(0.5)
    assert (found.wins, found.ties, found.losses) == (0, 0, 1)


def test_without_a_common_seed_there_is_no_pair():
    assert compared(ei=TWO["ei"]).paired("ei", "eeipu", area) is None


def test_candidates_are_counted_against_the_mean_of_others():
    found = compared(**TWO)

    assert found.candidates_against(("ei", "absent"), "eeipu") == pytest.approx(3.0)
    assert found.candidates_against(("absent",), "eeipu") is None


def test_regret_is_shown_as_a_share_of_what_the_warm_up_left():
    assert compared(**TWO).left_of_warm_up("eeipu", final_regret) == pytest.approx(0.25)


def test_regret_at_a_share_counts_what_has_ended_by_then():
    found = compared(**TWO)

    assert found.estimate("eeipu", regret_at_share(0.5)).mean == pytest.approx(0.5)
