import numpy as np
import pytest

from eeipu_kfp.core.space import Categorical, Float, Int
from eeipu_kfp.search.acquisition import ExpectedImprovement
from eeipu_kfp.search.candidates import climb, first_look
from eeipu_kfp.search.objective_model import model_objective
from eeipu_kfp.search.observations import Observations
from eeipu_kfp.search.prefix_pool import best_trials, prefix_pool


@pytest.fixture
def looked(wavy):
    trials = wavy.sample(20)
    request = wavy.request(trials)
    seen = Observations(request)
    pool = prefix_pool(request, seen.encoding, best_trials(request, trials))
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
