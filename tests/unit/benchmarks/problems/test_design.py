import numpy as np
import pytest
import torch

from benchmarks.problems.design import torch_uniform
from benchmarks.problems.suites import problem

PUBLISHED_COSTS = (48.15, 45.37, 44.56, 42.30, 46.71, 49.43, 38.03, 37.77, 42.89, 38.68)
PUBLISHED_BEST = (-10.53, -14.16, -14.35, -9.17, -23.05, -9.35, -8.14, -3.09, -8.30, -17.55)


@pytest.mark.parametrize("trial", range(1, 11))
def test_the_ablation_benchmark_begins_as_published_to_the_cent(trial):
    ablation = problem("beale2-hartmann3-branin2")

    begun = ablation.warm_up(trial)

    assert round(sum(map(ablation.cost, begun)), 2) == PUBLISHED_COSTS[trial - 1]
    assert round(max(map(ablation.value, begun)), 2) == PUBLISHED_BEST[trial - 1]


def test_draws_are_those_of_pytorch():
    torch.manual_seed(20_012)
    expected = np.hstack([torch.rand(10, 1, dtype=torch.float64).numpy() for _ in range(3)])

    assert torch_uniform(20_012, 10, 3).tolist() == expected.tolist()
