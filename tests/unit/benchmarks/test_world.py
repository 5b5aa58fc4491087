import json
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.methods import Method
from benchmarks.problems.problem import WARM_UP_TRIALS, chain, random_warm_up
from benchmarks.problems.suites import problem as known_problem
from benchmarks.results import Results
from benchmarks.world import held_bytes, run
from eeipu_kfp.cache.eviction import DOCUMENT_BYTES
from eeipu_kfp.core.space import Int, Space
from eeipu_kfp.core.suggestion import StopReason
from tests.unit.benchmarks.worlds import row, small_problem


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


def bare(rows):
    """What a search has done, without what it is called and how long it took to think."""
    return [replace(row, method="", proposal_seconds=0.0) for row in rows]


def crowded(seconds, choices):
    """A chain of stages with a few values each, so that many trials share their beginnings."""
    reads = {f"stage{k}": (f"x{k}",) for k in range(len(seconds))}
    space = Space({name: Int(1, choices) for names in reads.values() for name in names})
    pipeline = chain(
        "crowded",
        reads,
        lambda stage, values: seconds[int(stage[-1])] * values[f"x{stage[-1]}"],
        lambda values: -sum(values.values()),
    )
    warm_up = partial(random_warm_up, space)
    return small_problem(
        name="crowded", pipeline=pipeline, space=space, budget=2000.0, warm_up=warm_up
    )


@settings(deadline=None, max_examples=25)
@given(
    seconds=st.lists(st.floats(0.5, 20.0), min_size=3, max_size=4),
    choices=st.integers(3, 4),
    workers=st.sampled_from([2, 3, 4, 8, 16]),
    seed=st.integers(1, 1000),
)
def test_no_number_of_workers_makes_a_stage_run_twice(seconds, choices, workers, seed):
    rows = run(crowded(seconds, choices), Method.named(f"random@pool+workers={workers}"), seed)

    assert sum(row.hits for row in rows) > 0
    assert sum(row.repeats for row in rows) == 0


@pytest.mark.parametrize("workers", [4, 16])
@pytest.mark.parametrize("name", ["small", "discrete-early", "even-cost"])
def test_the_default_search_on_many_workers_makes_no_stage_run_twice(name, workers):
    problem = small_problem() if name == "small" else replace(known_problem(name), budget=250.0)

    rows = run(problem, Method.named(f"eeipu+workers={workers}"), 1)

    assert sum(row.hits for row in rows) > 0
    assert sum(row.repeats for row in rows) == 0


def test_more_workers_end_sooner_and_are_noted_in_the_order_that_they_end():
    alone, together = (
        run(small_problem(hit_seconds=0.0), Method.named(f"random@pool+workers={w}"), 1)
        for w in (1, 4)
    )

    assert max(row.ended for row in together) < 0.4 * max(row.ended for row in alone)
    assert [row.ended for row in together] == sorted(row.ended for row in together)
    assert [row.trial for row in together] != sorted(row.trial for row in together)
    assert together[-1].stop


def test_a_limit_of_all_that_is_kept_changes_nothing():
    unlimited, limited = (
        run(small_problem(), Method.named(m), 2) for m in ("eeipu", "eeipu+limit=100")
    )

    assert bare(limited) == bare(unlimited)


def test_what_the_cache_holds_is_one_unit_for_every_stage_that_ran():
    problem, method = small_problem(), Method.named("eeipu")

    rows = run(problem, method, 2)

    assert held_bytes(problem, method, 2) == DOCUMENT_BYTES * sum(row.stages_run for row in rows)


@pytest.mark.parametrize("rule", ["worth", "lru"])
def test_what_was_evicted_is_paid_again(rule):
    problem = crowded([5.0, 2.0, 1.0], 3)

    rows = run(problem, Method.named(f"random@pool+evict={rule}+limit=5"), 1)
    unlimited = run(problem, Method.named("random@pool"), 1)

    assert sum(row.repeats for row in rows) > 0
    assert sum(row.repeats for row in unlimited) == 0
    assert sum(row.cost for row in rows[:20]) > sum(row.cost for row in unlimited[:20])


def test_a_hit_is_charged_what_the_setting_says():
    rows = searched(run(small_problem(), Method.named("eeipu+hit=2"), 1))
    suffix = next(row for row in rows if row.hits == 2)

    assert suffix.cost == pytest.approx(5.0 + 2 * 2.0)


def test_results_of_before_settings_are_still_read(tmp_path):
    results = Results("paper", tmp_path)
    found = row(1, spent=1.0, best=0.5, stop="BudgetExhausted")
    document = {k: v for k, v in found.document.items() if k not in {"saved", "repeats", "ended"}}
    (tmp_path / "paper.jsonl").write_text(f"{json.dumps(document)}\n")

    assert [*results.load().values()] == [(found,)]


def test_what_each_stage_took_and_what_a_hit_avoided_is_noted():
    rows = run(small_problem(), Method.named("eeipu"), 1)
    suffix = next(row for row in rows if row.hits == 2)
    names = [stage.name for stage in small_problem().pipeline.stages]

    assert all(sorted(row.stages) == sorted(names) for row in rows)
    assert [suffix.stages[name][0] > 0 for name in names] == [False, False, True]
    assert [suffix.stages[name][1] > 0 for name in names] == [True, True, False]
    for trial in rows:
        ran = sum(executed for executed, _ in trial.stages.values())
        assert trial.cost == pytest.approx(ran + 0.5 * trial.hits)
