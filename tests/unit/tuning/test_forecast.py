import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.space import Float, Int, Space
from eeipu_kfp.tuning.forecast import Forecast, Prices, Standing, forecast, run_shares


def chain(*reads):
    names = [f"stage{k}" for k in range(len(reads))]
    stages = [
        Stage(name=name, reads=reads[k], upstream=tuple(names[k - 1 : k]))
        for k, name in enumerate(names)
    ]
    return Pipeline(name="chain", stages=tuple(stages))


def pipeline_of(count):
    return chain(*[(f"x{k}",) for k in range(count)])


def space_of(count, domain=None):
    return Space({f"x{k}": domain or Float(0.0, 1.0) for k in range(count)})


def prices(*costs, **fields):
    return Prices(stages={f"stage{k}": cost for k, cost in enumerate(costs)}, **fields)


def bought(costs, budget=1000.0, standing=None, **fields):
    count = len(costs)
    return forecast(
        budget,
        pipeline_of(count),
        space_of(count),
        prices(*costs, **fields),
        standing or Standing(),
    )


def test_prefixes_are_kept_by_the_root_of_what_is_left_to_run():
    shares = run_shares(pipeline_of(2), space_of(2), prices(3.0, 1.0))

    assert shares == {"stage0": pytest.approx((1 / 2) / (1 / 2 + 1)), "stage1": pytest.approx(1.0)}


def test_a_budget_buys_what_its_shares_cost():
    found = bought([3.0, 1.0], budget=200.0)

    assert found.whole == pytest.approx(50.0)
    assert found.trials == pytest.approx(200.0 / (3.0 / 3.0 + 1.0))
    assert found.gain == pytest.approx(2.0)


def test_the_earlier_the_cost_the_more_the_cache_brings():
    late, even, early = (bought(c).gain for c in ([1, 1, 8], [1, 1, 1], [8, 1, 1]))

    assert 1.0 < late < 1.2 < even < early


def test_a_single_stage_leaves_nothing_to_spare():
    assert bought([5.0]).gain == pytest.approx(1.0)


@given(
    costs=st.lists(st.floats(0.01, 1000.0), min_size=1, max_size=8),
    budget=st.floats(0.1, 10_000.0),
    whole=st.floats(0.0, 20.0),
)
def test_the_cache_never_costs_trials_and_no_stage_runs_more_than_always(costs, budget, whole):
    shares = run_shares(pipeline_of(len(costs)), space_of(len(costs)), prices(*costs))
    found = bought(costs, budget, Standing(whole_trials=whole))

    assert all(0.0 < share <= 1.0 + 1e-9 for share in shares.values())
    assert [*shares.values()] == sorted(shares.values())
    assert found.trials >= found.whole * (1 - 1e-6)


@given(costs=st.lists(st.floats(0.01, 1000.0), min_size=2, max_size=5), factor=st.floats(0.01, 100))
def test_the_unit_of_the_budget_makes_no_difference(costs, factor):
    scaled = bought([factor * cost for cost in costs], budget=factor * 1000.0)

    assert scaled.trials == pytest.approx(bought(costs).trials, rel=1e-6)


def test_trials_of_the_warm_up_run_everything():
    alone = bought([3.0, 1.0], budget=40.0, standing=Standing(whole_trials=10.0))

    assert alone.trials == pytest.approx(10.0)


def test_hits_are_charged():
    assert bought([3.0, 1.0], hit=0.5).trials < bought([3.0, 1.0]).trials


def test_overhead_that_is_not_charged_is_still_avoided():
    plain, slow = bought([1.0, 1.0]), bought([1.0, 1.0], beside={"stage0": 20.0, "stage1": 1.0})

    assert slow.whole == plain.whole
    assert slow.trials > plain.trials


def test_a_stage_that_nothing_tuned_decides_runs_once():
    pipeline = chain((), ("x0",))

    found = forecast(110.0, pipeline, space_of(1), prices(100.0, 1.0), Standing())

    assert found.trials == pytest.approx(110.0)


def test_a_stage_of_few_combinations_runs_no_more_often_than_it_has():
    space = Space({"x0": Int(1, 2), "x1": Float(0.0, 1.0)})
    costs = prices(50.0, 1.0)

    fresh = forecast(300.0, pipeline_of(2), space, costs, Standing())
    later = forecast(300.0, pipeline_of(2), space, costs, Standing(cached={"stage0": 2}))

    assert fresh.trials == pytest.approx(200.0)
    assert later.trials == pytest.approx(300.0)


def test_no_more_trials_are_foreseen_than_there_are_configurations():
    found = forecast(1e6, pipeline_of(2), space_of(2, Int(1, 3)), prices(1.0, 1.0), Standing())

    assert found.trials == found.whole == 9.0


def test_what_costs_nothing_buys_any_number():
    found = bought([0.0, 0.0])

    assert found.trials == found.whole == float("inf")
    assert found.gain == 1.0


def test_a_branch_that_is_cached_is_not_run_for_the_sake_of_the_other():
    stages = (
        Stage(name="stage0", reads=("x0",)),
        Stage(name="stage1", reads=("x1",)),
        Stage(name="stage2", upstream=("stage0", "stage1")),
    )
    shares = run_shares(Pipeline(name="fork", stages=stages), space_of(2), prices(1.0, 1.0, 1.0))

    assert shares["stage0"] == shares["stage1"] < 1.0
    assert shares["stage2"] == pytest.approx(1.0)


def test_without_whole_trials_there_is_no_gain_to_tell():
    assert Forecast(whole=0.0, trials=0.0).gain == 1.0
