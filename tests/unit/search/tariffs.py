"""Tariffs for tests: every second costs 1, and nothing stands beside the compute."""

import numpy as np

from eeipu_kfp.search.tariff import Tariff


def plain(stages=3, **changes):
    """The tariff of a budget in seconds where no overhead was ever seen."""
    fields = {
        "weights": np.ones(stages),
        "running": np.zeros(stages),
        "cached": 0.0,
        "epsilon": 0.1,
        "is_charged": False,
        **changes,
    }
    return Tariff(**fields)
