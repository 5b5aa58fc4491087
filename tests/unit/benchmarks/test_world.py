from functools import partial

import pytest

from benchmarks.methods import Method
from benchmarks.problems.problem import WARM_UP_TRIALS, random_warm_up
from benchmarks.world import run
from eeipu_kfp.core.space import Int, Space
from eeipu_kfp.core.suggestion import StopReason
from tests.unit.benchmarks.worlds import small_problem


def searched(rows):
    return [row for row in rows if not row.is_warm_up]


def test_all_methods_begin_with_the_same_trials_and_costs():
    first, second = (run(small_problem(), Method.named(m), 3) for m in ("random", "ei"))

    pairs = zip(first[:WARM_UP_TRIALS], second[:WARM_UP_TRIALS], strict=True)
    assert all(a.objective == b.objective and a.spent == b.spent for a, b in pairs)
    assert all(row.is_warm_up for row in first[:WARM_UP_TRIALS])
    assert not first[WARM_UP_TRIALS].is_warm_up


def test_without_a_cache_every_stage_of_every_trial_is_paid():
    rows = run(small_problem(), Method.named("eeipu@none"), 1)

    assert {(row.hits, row.stages_run) for row in rows} == {(0, 3)}
    assert rows[-1].spent == pytest.approx(sum(row.cost for row in rows))


def test_with_the_pool_stages_are_reused_and_cost_what_a_hit_costs():
    rows = searched(run(small_problem(), Method.named("eeipu"), 1))
    suffix = next(row for row in rows if row.hits == 2)

    assert suffix.stages_run == 1
    assert suffix.cost == pytest.approx(5.0 + 2 * 0.5)


def test_the_pool_buys_more_trials_than_the_same_search_without():
    with_it, without = (run(small_problem(), Method.named(m), 1) for m in ("eeipu", "eeipu@none"))

    assert len(with_it) > len(without)


def test_a_passive_cache_serves_a_method_that_is_not_told_of_it():
    space = Space({**small_problem().space, "fraction": Int(0, 1)})
    problem = small_problem(space=space, warm_up=partial(random_warm_up, space))

    rows = searched(run(problem, Method.named("random@passive"), 1))

    assert any(row.hits == 1 for row in rows)


def test_the_last_row_alone_tells_why_the_search_ended():
    rows = run(small_problem(), Method.named("random"), 1)

    assert rows[-1].stop == StopReason.BUDGET_EXHAUSTED
    assert {row.stop for row in rows[:-1]} == {""}


def test_the_same_seed_gives_the_same_search():
    first, second = (run(small_problem(), Method.named("eeipu"), 2) for _ in range(2))

    assert [row.objective for row in first] == [row.objective for row in second]


def test_the_best_is_judged_by_its_value_without_noise():
    problem = small_problem(truth=lambda values: -1.0 - values["rate"])

    rows = run(problem, Method.named("random"), 1)

    assert all(row.best <= -1.0 for row in rows)
    assert all(row.objective > -1.0 for row in rows)


def test_what_each_stage_took_and_what_a_hit_avoided_is_noted():
    rows = run(small_problem(), Method.named("eeipu"), 1)
    suffix = next(row for row in rows if row.hits == 2)
    names = [stage.name for stage in small_problem().pipeline.stages]

    assert all(sorted(row.stages) == sorted(names) for row in rows)
    assert [suffix.stages[name][0] > 0 for name in names] == [False, False, True]
    assert [suffix.stages[name][1] > 0 for name in names] == [True, True, False]
    for row in rows:
        ran = sum(executed for executed, _ in row.stages.values())
        assert row.cost == pytest.approx(ran + 0.5 * row.hits)
