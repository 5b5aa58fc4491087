import numpy as np
import pytest

from eeipu_kfp.search.optimizer import maximize


def bowl(centres):
    """Each row has a maximum of 0 at a centre of its own."""
    weights = np.array([1.0, 30.0, 5.0])

    def objective(x, rows):
        away = x - centres[rows]
        return -(weights * away**2).sum(axis=1), -2 * weights * away

    return objective


def test_every_row_finds_its_own_maximum(rng):
    centres = rng.random((8, 3))

    found, value = maximize(bowl(centres), rng.random((8, 3)), np.ones((8, 3), dtype=bool))

    assert found == pytest.approx(centres, abs=0.03)
    assert value == pytest.approx(np.zeros(8), abs=1e-3)


def test_fixed_coordinates_keep_their_bits(rng):
    start, free = rng.random((8, 3)), rng.random((8, 3)) < 0.5

    found, _ = maximize(bowl(rng.random((8, 3))), start, free)

    assert np.array_equal(found[~free], start[~free])


def test_a_maximum_beyond_the_cube_ends_at_its_wall(rng):
    centres = np.tile([1.7, -0.4, 0.5], (4, 1))

    found, _ = maximize(bowl(centres), rng.random((4, 3)), np.ones((4, 3), dtype=bool))

    assert found == pytest.approx(np.tile([1.0, 0.0, 0.5], (4, 1)), abs=0.03)


def test_rows_do_not_depend_on_each_other(rng):
    centres, start = rng.random((5, 3)), rng.random((5, 3))
    free = np.ones((5, 3), dtype=bool)

    together, _ = maximize(bowl(centres), start, free)
    alone, _ = maximize(bowl(centres[:1]), start[:1], free[:1])

    assert together[0] == pytest.approx(alone[0], abs=1e-6)


def test_a_curved_valley_is_followed():
    def valley(x, rows):
        a, b = x[:, 0], x[:, 1]
        value = -((1 - a) ** 2 + 20 * (b - a**2) ** 2)
        slope_a = 2 * (1 - a) + 80 * a * (b - a**2)
        return value, np.stack([slope_a, -40 * (b - a**2)], axis=1)

    _, value = maximize(valley, np.array([[0.1, 0.9]]), np.ones((1, 2), dtype=bool))

    assert value[0] > -0.02


def test_where_nothing_is_free_nothing_moves():
    start = np.full((2, 3), 0.4)

    found, value = maximize(bowl(np.zeros((2, 3))), start, np.zeros((2, 3), dtype=bool))

    assert np.array_equal(found, start)
    assert np.all(value < 0)
