from dataclasses import replace

import numpy as np
import pytest

from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.search.designers import DESIGNERS, make_designer
from eeipu_kfp.search.observations import Observations
from eeipu_kfp.search.rivals import RIVALS, Gittins, cached_pool, no_pool, stock
from eeipu_kfp.search.seeds import generator
from eeipu_kfp.search.trial_costs import model_whole_cost

BLIND = ("ei", "eips", "carbo", "ms-carbo", "log-eipc", "pbgi")


def without_cache(world, trials, **changes):
    request = world.request(trials, **changes)
    return replace(request, cached=CachedStages(world.pipeline, tuple(world.space)))


@pytest.mark.parametrize("name", RIVALS)
def test_a_rival_is_made_by_its_name(name, wavy):
    answer = make_designer(name).suggest(wavy.request(wavy.sample(16)))

    assert wavy.space.contains(answer.configuration)


@pytest.mark.parametrize("name", RIVALS)
def test_without_a_cache_every_stage_runs(name, wavy):
    answer = make_designer(name).suggest(without_cache(wavy, wavy.sample(16)))

    assert answer.to_run == wavy.pipeline.names


def test_experiments_choose_some_of_the_rivals():
    assert [name for name in DESIGNERS if name in RIVALS] == [
        "ei",
        "eips",
        "carbo",
        "lambo",
        "pbgi",
    ]


def test_with_nothing_in_stock_and_usual_costs_only_improvement_counts(wavy):
    request = without_cache(wavy, wavy.sample(16))

    same = {make_designer(name).suggest(request).configuration for name in ("ms-bo", "ei")}

    assert len(same) == 1


def test_at_the_end_of_the_budget_carbo_is_blind_to_cost(wavy):
    trials = wavy.sample(16)
    spent = sum(trial.spent_seconds for trial in trials)
    world = replace(wavy, budget=1e6)

    late = without_cache(world, trials, remaining=30.0, warm_up_trials=16)
    early = without_cache(world, trials, remaining=1e6 - spent, warm_up_trials=16)

    def point(name, request):
        return np.array(list(make_designer(name).suggest(request).configuration.values()))

    assert point("carbo", late) == pytest.approx(point("ei", late), abs=0.05)
    assert np.abs(point("carbo", early) - point("ei", early)).max() > 0.05


@pytest.mark.parametrize("name", ["eips", "log-eipc", "ms-carbo"])
def test_cost_counts_for_those_that_divide_by_it(name, wavy):
    world = replace(wavy, budget=1e4)
    request = without_cache(world, world.sample(24))

    def cost(designer):
        configuration = make_designer(designer).suggest(request).configuration
        return wavy.run([], configuration).spent_seconds

    assert cost(name) < cost("ei")


def test_a_decaying_rate_is_halved_until_a_trial_is_worth_its_cost(wavy):
    request = wavy.request(wavy.sample(16))
    seen = Observations(request)
    index = Gittins(cost=model_whole_cost, decays=True)(request, seen, 10).acquisition
    points = np.concatenate([generator(0).random((512, 6)), seen.points])

    def exceeds(index):
        scale = index.model.process.scale
        best = (index.model.best - scale.offset) / scale.factor
        return index.scores(points, np.ones((len(points), 3), dtype=bool)).max() >= best

    assert exceeds(index)
    assert not exceeds(replace(index, log_rate=index.log_rate + np.log(2.0)))


def test_prefixes_come_from_the_best_from_the_latest_or_from_nowhere(wavy):
    trials = replace(wavy, budget=1e6).sample(30)
    request = wavy.request(trials)
    seen = Observations(request)

    def sources(pool):
        return {prefix.source for prefix in pool(request, seen)[1:]}

    ranked = sorted(trials, key=lambda trial: -trial.objective)
    assert sources(no_pool) == set()
    assert sources(cached_pool) == {trial.configuration for trial in ranked}
    assert sources(stock) == {trial.configuration for trial in trials[10:]}


@pytest.mark.parametrize("name", ["eips-pool", "carbo-pool", "log-eipc-pool", "ms-bo"])
def test_who_knows_what_a_prefix_spares_reuses_one(name, wavy):
    requests = [wavy.request(wavy.sample(16), seed=seed) for seed in range(3)]

    executed = [len(make_designer(name).suggest(request).to_run) for request in requests]

    assert np.mean(executed) < 3


@pytest.mark.parametrize("name", BLIND)
def test_the_unit_of_the_budget_makes_no_difference(name, wavy):
    trials = wavy.sample(16)
    hours = replace(wavy, budget=wavy.budget * 1024.0)
    longer = [
        replace(t, stages=tuple(replace(r, seconds=1024.0 * r.seconds) for r in t.stages))
        for t in trials
    ]

    def point(world, trials):
        answer = make_designer(name).suggest(without_cache(world, trials))
        return np.array(list(answer.configuration.values()))

    assert point(wavy, trials) == pytest.approx(point(hours, longer), abs=0.02)
