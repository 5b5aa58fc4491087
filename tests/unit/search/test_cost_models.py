import numpy as np
import pytest

from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.space import Float
from eeipu_kfp.search.cost_models import CostModels, StageMedians, model_costs, model_own_costs
from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.observations import Observations
from eeipu_kfp.search.stage_times import StageTimes
from tests.unit.search.tariffs import plain

ALL = np.ones((1, 3), dtype=bool)


def models(world, trials):
    request = world.request(trials)
    return model_costs(Observations(request), request.cached)


def test_before_the_first_execution_nothing_is_known(wavy):
    request = wavy.request()

    assert model_costs(Observations(request), request.cached) is None
    assert StageMedians.of(Observations(request).times, plain()) is None


def test_expected_costs_come_near_the_truth(wavy):
    trials, later = wavy.sample(25), wavy.sample(20, seed=1)
    points = Observations(wavy.request(later)).points

    expected = models(wavy, trials).expected_cost(points, np.ones((20, 3), dtype=bool))

    truth = np.array([trial.spent_seconds for trial in later])
    assert np.median(np.abs(np.log(expected / truth))) < 0.15


def test_only_the_stages_that_run_cost_anything(wavy):
    found = models(wavy, wavy.sample(20))
    point, runs = np.full((2, 6), 0.5), np.array([[False, False, True], [False] * 3])

    expected = found.expected_cost(point, runs)

    assert expected[0] == pytest.approx(0.6, rel=0.5)
    assert expected[1] == 0.0


def test_a_stage_that_never_ran_is_taken_to_cost_what_others_do():
    nothing = np.zeros(0)
    times = {
        "a": StageTimes(
            rows=(0, 1), seconds=np.array([4.0, 6.0]), overhead_seconds=np.array([1.0, 1.0])
        ),
        "b": StageTimes(rows=(), seconds=nothing, overhead_seconds=nothing),
    }
    point, runs = np.zeros((1, 2)), np.array([[True, False]])

    medians = StageMedians.of(times, plain(2))

    assert medians.costs.tolist() == [5.0, 5.0]
    assert medians.expected_cost(point, runs).tolist() == [5.0]


def test_a_charged_overhead_is_expected_as_well(wavy):
    trials, runs = wavy.sample(10), np.array([[False, True, True]])
    found = models(wavy, trials)
    charged = plain(running=np.array([9.0, 2.0, 3.0]), cached=0.5, is_charged=True)
    with_overhead = CostModels(found.processes, found.columns, charged)
    point = np.full((1, 6), 0.5)

    expected = with_overhead.expected_cost(point, runs) - found.expected_cost(point, runs)

    assert expected == pytest.approx([5.5])


def test_a_late_stage_may_depend_on_early_parameters(wavy):
    request = wavy.request(wavy.sample(5))
    seen = Observations(request)

    default = model_costs(seen, request.cached)
    own = model_own_costs(seen, wavy.pipeline, Kernel(groups=((0,),)), plain())

    assert [len(columns) for columns in default.columns] == [2, 4, 6]
    assert [len(columns) for columns in own.columns] == [2, 2, 2]


def test_far_from_all_executions_it_stays_uncertain_though_all_were_alike(make_world):
    world = make_world({"a": Float(0.0, 1.0)}, ("a",), cost=lambda stage, c: 2.0 + 0.01 * c["a"])
    configurations = [0.0, 0.05, 0.1]
    trials = []
    from eeipu_kfp.core.values import Configuration

    for a in configurations:
        trials.append(world.run(trials, Configuration({"a": a})))
    request = world.request(trials)
    found = model_costs(Observations(request), request.cached)

    _, variance = found.log_moments(np.array([[0.05], [1.0]]), np.ones((2, 1), dtype=bool))

    assert variance[0, 0] < 0.05
    assert variance[1, 0] > 0.1


def test_an_execution_seen_twice_counts_once(make_world):
    from eeipu_kfp.core.values import Configuration

    seconds = iter([1.0, 4.0])
    world = make_world({"a": Float(0.0, 1.0)}, ("a",), cost=lambda stage, c: next(seconds))
    first = world.run([], Configuration({"a": 0.5}), to_run=("stage0",))
    second = world.run([first], Configuration({"a": 0.5}), to_run=("stage0",))
    seen = Observations(world.request([first, second]))

    found = model_costs(seen, CachedStages(world.pipeline, ("a",)))

    mean, _ = found.log_moments(np.array([[0.5]]), np.ones((1, 1), dtype=bool))
    assert np.exp(mean[0, 0]) == pytest.approx(2.0)


def test_an_instant_stage_is_no_outlier(make_world):
    world = make_world(
        {"a": Float(0.0, 1.0)}, ("a",), cost=lambda stage, c: 0.0 if c["a"] < 0.2 else 5.0
    )

    found = models(world, world.sample(20))

    expected = found.expected_cost(np.array([[0.8]]), np.ones((1, 1), dtype=bool))
    assert 2.0 < expected[0] < 15.0
