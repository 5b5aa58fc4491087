"""Randomness that depends on nothing but its arguments."""

from __future__ import annotations

import numpy as np

_LARGEST = 2**64


def generator(seed: int, *turn: int) -> np.random.Generator:
    """Return the random numbers of an experiment, or of one turn of it.

    Args:
        seed: The experiment's seed, any whole number.
        turn: Counts that tell one use from another, from 0.
    """
    return np.random.default_rng([seed % _LARGEST, *turn])
