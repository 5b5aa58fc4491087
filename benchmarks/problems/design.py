"""The warm-up of the paper's synthetic benchmark: CArBO's cost-effective design, seed for seed.

Each point is the one left of ten uniform draws, from which the costliest and the one most like the
points chosen so far are dropped in turns (arXiv 2003.10870). It asks the true cost, which a search
cannot do, and it knows none but cheap points; so it is a given of the benchmark, not a warm-up that
the product has. To reproduce published costs to the cent, likeness is a dot product and the draws
are those of PyTorch's CPU generator, one parameter after the other, seeded by the trial and by what
is spent so far.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.problems.problem import WARM_UP_TRIALS, Array

DRAWS = 10
_SEED_STRIDE = 10_000
_MANTISSA_BITS = 53


def cost_effective_design(
    trial: int, low: Array, high: Array, cost: Callable[[Array], float]
) -> Array:
    """Return the ten points that all methods begin a trial with, `10 x d`.

    Args:
        trial: The number of the trial, from 1.
        low: Lower bounds, `d`.
        high: Upper bounds, `d`.
        cost: What a point costs, in seconds.
    """
    chosen = np.zeros((0, len(low)))
    spent = 0.0
    for _ in range(WARM_UP_TRIALS):
        seed = int(_SEED_STRIDE * trial + spent)
        draws = low + (high - low) * torch_uniform(seed, DRAWS, len(low))
        point = _survivor(draws, chosen, cost)
        spent += cost(point)
        chosen = np.vstack([chosen, point])
    return chosen


def torch_uniform(seed: int, count: int, dimension: int) -> Array:
    """Return what `torch.rand(count, 1, dtype=float64)` gives for each dimension in turn.

    Args:
        seed: What `torch.manual_seed` was given.
        count: Number of rows.
        dimension: Number of columns, drawn one after the other.
    """
    bits = np.random.MT19937()
    # The seeding of the original Mersenne Twister, which PyTorch has and the public one has not.
    bits._legacy_seeding(seed)  # noqa: SLF001
    words = bits.random_raw(2 * count * dimension).reshape(-1, 2)
    mantissas = ((words[:, 0] << np.uint64(32)) | words[:, 1]) & np.uint64(2**_MANTISSA_BITS - 1)
    uniform: Array = mantissas.astype(float).reshape(dimension, count).T / 2.0**_MANTISSA_BITS
    return uniform


def _survivor(draws: Array, chosen: Array, cost: Callable[[Array], float]) -> Array:
    costs = np.array([cost(draw) for draw in draws])
    while len(draws) > 1:
        draws, costs = _without(draws, costs, int(costs.argmax()))
        if len(chosen) and len(draws) > 1:
            draws, costs = _without(draws, costs, int((draws @ chosen.T).max(axis=1).argmax()))
    survivor: Array = draws[0]
    return survivor


def _without(draws: Array, costs: Array, row: int) -> tuple[Array, Array]:
    return np.delete(draws, row, axis=0), np.delete(costs, row)
