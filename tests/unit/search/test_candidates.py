from dataclasses import replace

import numpy as np
import pytest

from eeipu_kfp.core.space import Categorical, Float, Int
from eeipu_kfp.search.acquisition import ExpectedImprovement
from eeipu_kfp.search.candidates import climb, first_look, shortlist
from eeipu_kfp.search.objective_model import model_objective
from eeipu_kfp.search.observations import Observations
from eeipu_kfp.search.prefix_pool import best_trials, prefix_pool


@pytest.fixture
def looked(wavy):
    trials = wavy.sample(20)
    request = wavy.request(trials)
    seen = Observations(request)
    pool = prefix_pool(request, seen.encoding, best_trials(request, trials, 5))
    best = seen.points[np.argsort(-seen.scores)[:3]]
    found = first_look(seen.encoding, pool, best, np.random.default_rng(0))
    acquisition = ExpectedImprovement(model=model_objective(seen, wavy.pipeline, 20))
    return seen, pool, found, acquisition


def test_every_prefix_is_looked_at_with_its_own_values(looked):
    seen, pool, found, _ = looked

    assert set(found.prefixes) == set(range(len(pool)))
    for i, prefix in enumerate(pool[1:], start=1):
        own = seen.encoding.encode([prefix.source])[0]
        columns = list(prefix.columns)
        assert np.all(found.points[found.prefixes == i][:, columns] == own[columns])


def test_climbing_keeps_prefixes_and_never_goes_down(looked):
    seen, pool, found, acquisition = looked
    runs = np.ones((len(found.points), 3), dtype=bool)

    climbed = climb(acquisition, pool, found)

    assert acquisition.scores(climbed.points, runs[: len(climbed.points)]).max() >= (
        acquisition.scores(found.points, runs).max()
    )
    for point, i in zip(climbed.points, climbed.prefixes, strict=True):
        own = seen.encoding.encode([pool[i].source])[0] if i else point
        columns = list(pool[i].columns)
        assert np.array_equal(point[columns], own[columns])


class Likes:
    """Scores points by how near their first stage is to a wanted one."""

    def __init__(self, wanted, columns):
        self.wanted, self.columns = wanted, list(columns)

    def scores(self, x, runs):
        return -np.abs(x[:, self.columns] - self.wanted[self.columns]).sum(axis=1)


def test_prefixes_that_score_best_are_shortlisted_in_their_order(wavy):
    trials = replace(wavy, budget=1e6).sample(30)
    request = wavy.request(trials)
    seen = Observations(request)
    pool = prefix_pool(request, seen.encoding, trials)
    wanted, columns = seen.points[-1], seen.encoding.columns_of(("a1", "a2"))

    found = shortlist(
        Likes(wanted, columns), seen.encoding, pool, seen.points[:3], np.random.default_rng(0)
    )

    def distance(prefix):
        own = seen.encoding.encode([prefix.source])[0]
        return np.abs(own[list(columns)] - wanted[list(columns)]).sum()

    assert len(pool) == 61
    nearest = sorted(pool[1:], key=distance)[:20]
    assert found == (pool[0], *(prefix for prefix in pool if prefix in nearest))


def test_a_prefix_is_shortlisted_for_what_might_follow_it(wavy):
    trials = replace(wavy, budget=1e6).sample(30)
    request = wavy.request(trials)
    seen = Observations(request)
    pool = prefix_pool(request, seen.encoding, trials)
    last = seen.encoding.columns_of(("c1", "c2"))
    looked_at = []

    class Looks:
        def scores(self, x, runs):
            looked_at.append((x, runs))
            return np.zeros(len(x))

    shortlist(Looks(), seen.encoding, pool, seen.points[:3], np.random.default_rng(0))

    [(points, runs)] = looked_at
    for i, prefix in enumerate(pool[1:]):
        glances = points[8 * i : 8 * i + 8]
        own = seen.encoding.encode([prefix.source])
        columns = list(prefix.columns)
        assert np.all(glances[:, columns] == own[:, columns])
        expected = np.concatenate([own, seen.points[:3]])[:, last]
        assert glances[:4, last] == pytest.approx(expected)
        assert np.all(np.abs(glances[4:, last] - glances[:4, last]) > 0.0)
        assert np.all(runs[8 * i : 8 * i + 8] == prefix.runs)


def test_few_prefixes_need_no_shortlist(looked):
    seen, pool, _, _ = looked

    assert shortlist(None, seen.encoding, pool, seen.points[:3], None) is pool


def test_all_that_is_looked_at_lies_in_the_cube(looked):
    _, _, found, _ = looked

    assert np.all((found.points >= 0.0) & (found.points <= 1.0))


def test_points_nearby_are_allowed_ones(make_world):
    world = make_world(
        {"a": Int(1, 5), "b": Categorical(tuple("xyz")), "c": Float(0.0, 1.0)}, ("a", "b", "c")
    )
    request = world.request(world.sample(3))
    seen = Observations(request)
    pool = prefix_pool(request, seen.encoding, ())

    found = first_look(seen.encoding, pool, seen.points, np.random.default_rng(0))

    assert found.points == pytest.approx(seen.encoding.snap(found.points))
