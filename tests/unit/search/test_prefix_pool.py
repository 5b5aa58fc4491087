from dataclasses import replace

import numpy as np

from eeipu_kfp.core.space import Categorical, Float
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.prefix_pool import best_trials, cached_prefixes, empty_prefix, prefix_pool


def test_a_chain_lends_its_proper_prefixes(wavy):
    trials = wavy.sample(1)
    request, encoding = wavy.request(trials), Encoding(wavy.space)

    found = list(cached_prefixes(request, encoding, trials[0].configuration))

    assert [sorted(prefix.values) for prefix in found] == [["a1", "a2"], ["a1", "a2", "b1", "b2"]]
    assert [prefix.runs.tolist() for prefix in found] == [[False, True, True], [False, False, True]]
    assert [prefix.columns for prefix in found] == [(0, 1), (0, 1, 2, 3)]


def test_what_is_not_cached_is_not_lent(wavy):
    trials = wavy.sample(1)
    request, encoding = wavy.request(trials, forget=("prepare", "base")), Encoding(wavy.space)

    assert not list(cached_prefixes(request, encoding, trials[0].configuration))


def test_a_cached_late_stage_spares_the_evicted_ones_before_it(wavy):
    trials = wavy.sample(1)
    request, encoding = wavy.request(trials, forget=("prepare",)), Encoding(wavy.space)

    found = list(cached_prefixes(request, encoding, trials[0].configuration))

    assert [prefix.runs.tolist() for prefix in found] == [[False, False, True]]


def test_a_branch_is_lent_without_the_other(branching):
    trials = branching.sample(1)

    found = cached_prefixes(
        branching.request(trials), Encoding(branching.space), trials[0].configuration
    )

    kept = {tuple(sorted(prefix.values)) for prefix in found}
    assert {("l", "s"), ("r", "s"), ("l", "r", "s"), ("s",)} <= kept


def test_the_pool_starts_with_the_empty_prefix_and_holds_each_once(wavy):
    trials = wavy.sample(1)
    same_prefix = trials[0].configuration.updated({"c1": 0.5})
    trials.append(wavy.run(trials, same_prefix))

    pool = prefix_pool(wavy.request(trials), Encoding(wavy.space), trials)

    assert not pool[0].values
    assert len(pool) == 3


def test_a_large_pool_holds_the_prefixes_of_the_first_trials(wavy):
    trials = replace(wavy, budget=1e6).sample(70)

    pool = prefix_pool(wavy.request(trials), Encoding(wavy.space), trials)

    assert [prefix.source for prefix in pool[1::2]] == [t.configuration for t in trials[:50]]
    assert [prefix.source for prefix in pool[2::2]] == [t.configuration for t in trials[:50]]


def test_values_of_another_type_are_another_prefix(make_world):
    world = make_world({"a": Categorical((1, 1.0, True)), "b": Float(0.0, 1.0)}, ("a",), ("b",))
    trials = [world.run([], Configuration({"a": a, "b": 0.5})) for a in (1, 1.0, True)]

    pool = prefix_pool(world.request(trials), Encoding(world.space), trials)

    assert [dict(prefix.values) for prefix in pool[1:]] == [{"a": 1}, {"a": 1.0}, {"a": True}]
    assert [type(prefix.values["a"]) for prefix in pool[1:]] == [int, float, bool]


def test_completing_puts_the_very_values_in(wavy):
    trials = wavy.sample(2)
    prefix = prefix_pool(wavy.request(trials), Encoding(wavy.space), trials[:1])[1]

    completed = prefix.complete(trials[1].configuration)

    assert completed["a1"] == trials[0].configuration["a1"]
    assert completed["c1"] == trials[1].configuration["c1"]


def test_the_best_succeeded_trials_lend(wavy):
    trials = wavy.sample(9)
    trials[3] = replace(trials[3], state=TrialState.FAILED, objective=None)

    best = best_trials(wavy.request(trials), trials, 5)

    objectives = [trial.objective for trial in best]
    assert (
        objectives == sorted((t.objective for t in trials if t is not trials[3]), reverse=True)[:5]
    )


def test_as_many_of_the_best_lend_as_are_asked_for(wavy):
    trials = wavy.sample(9)
    request = wavy.request(trials)

    counts = [len(best_trials(request, trials, count)) for count in (1, 7, 20, None)]

    assert counts == [1, 7, 9, 9]


def test_without_a_prefix_every_stage_runs(wavy):
    runs = empty_prefix(wavy.request(wavy.sample(2)), Encoding(wavy.space)).runs

    assert np.all(runs)
