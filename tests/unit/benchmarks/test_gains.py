import pytest

from benchmarks.comparison import Comparison
from benchmarks.gains import best_rival, chase, final_score, improvement, seconds_to, stage_times
from benchmarks.results import Unit
from tests.unit.benchmarks.test_comparison import TWO, compared
from tests.unit.benchmarks.worlds import row, small_problem, trace

TRACE = trace((2.0, 0.1), (4.0, 0.5), (6.0, 0.5), (12.0, 0.9))


def noted(*stages, method="ei", seed=1, best=0.5):
    """A search whose trials have these stage times."""
    rows = (
        row(number, spent=float(number), best=best, stages=given)
        for number, given in enumerate(stages, start=1)
    )
    return {Unit(problem="small", method=method, seed=seed): tuple(rows)}


def with_times(*searches):
    units = {unit: rows for search in searches for unit, rows in search.items()}
    return Comparison.of(small_problem(budget=10.0), units)


def test_improvement_counts_from_the_end_of_the_warm_up_within_the_budget():
    assert final_score(TRACE) == 0.5
    assert improvement(TRACE) == pytest.approx(0.4)
    assert improvement(trace((2.0, 0.25))) == 0.0


def test_a_score_is_reached_with_the_first_trial_that_has_it():
    assert seconds_to(TRACE, 0.5) == 4.0
    assert seconds_to(TRACE, 0.05) == 2.0
    assert seconds_to(TRACE, 0.9) is None


def test_the_best_rival_is_none_of_our_own():
    found = compared(**TWO, random=[[(2.0, 0.0), (8.0, 0.25)]])

    assert best_rival(found, ("eeipu",)) == "ei"
    assert best_rival(found, ("eeipu", "ei")) == "random"
    assert best_rival(found, found.methods) is None


def test_a_rival_is_chased_on_the_same_seeds():
    searches = {
        "ei": [[(2.0, 0.0), (8.0, 0.5)], [(2.0, 0.0), (8.0, 0.9)], [(2.0, 0.0)]],
        "eeipu": [[(2.0, 0.0), (4.0, 0.5)], [(2.0, 0.0), (6.0, 0.5)]],
    }

    found = chase(compared(**searches), "eeipu", "ei")

    assert (found.reached, found.seeds) == (1, 2)
    assert found.share == pytest.approx(0.4)


def test_a_rival_that_is_never_reached_has_no_share():
    searches = {"ei": [[(2.0, 0.0), (8.0, 0.9)]], "eeipu": [[(2.0, 0.0), (4.0, 0.5)]]}

    assert chase(compared(**searches), "eeipu", "ei").share is None


def test_stage_times_are_means_over_the_seeds_in_the_order_of_the_pipeline():
    found = with_times(
        noted({"train": (2.0, 0.0), "prepare": (1.0, 0.0)}, {"prepare": (0.0, 1.0)}),
        noted({"prepare": (3.0, 0.0), "train": [4.0, 0.0]}, seed=2),
    )

    prepare, train, evaluate = stage_times(found, "ei")

    assert (prepare.stage, prepare.executed, prepare.saved) == ("prepare", 2.0, 0.5)
    assert (train.executed, train.saved) == (3.0, 0.0)
    assert (evaluate.executed, evaluate.saved) == (0.0, 0.0)


def test_searches_of_which_no_stage_times_were_noted_count_for_nothing():
    found = with_times(noted({}), noted({"prepare": (3.0, 0.0)}, seed=2))

    assert stage_times(found, "ei")[0].executed == 3.0
    assert stage_times(with_times(noted({})), "ei") == ()
