import numpy as np
import pytest
from scipy.stats import spearmanr

from benchmarks.problems.characteristics import MEMBERS, Characteristics, characteristic
from benchmarks.problems.problem import draw
from benchmarks.problems.suites import problem
from eeipu_kfp.core.space import Float, Int
from eeipu_kfp.core.values import Configuration

OPTIMA = (0.25, 0.75, 0.5)


def drawn(found, count=400):
    rng = np.random.default_rng(0)
    return [draw(found.space, rng) for _ in range(count)]


def stage_means(found):
    costs = [[stage.seconds(x) for stage in found.pipeline.stages] for x in drawn(found)]
    return np.mean(costs, axis=0)


def rank_correlation(found):
    sample = drawn(found)
    return spearmanr([found.cost(x) for x in sample], [found.value(x) for x in sample]).statistic


def at_the_optimum(found):
    values = [
        domain.snap(OPTIMA[i % 3] * 4 if isinstance(domain, Int) else OPTIMA[i % 3])
        for i, domain in enumerate(found.space.values())
    ]
    return Configuration(dict(zip(found.space, values, strict=True)))


@pytest.mark.parametrize("name", MEMBERS)
def test_the_optimum_is_reached_where_it_was_put_and_nowhere_exceeded(name):
    found = problem(name)

    assert found.value(at_the_optimum(found)) == pytest.approx(found.optimum, abs=1e-12)
    assert all(found.value(x) < found.optimum for x in drawn(found))


@pytest.mark.parametrize("name", [n for n in MEMBERS if n != "heavy-tails"])
def test_a_usual_trial_costs_about_ten_seconds(name):
    assert stage_means(problem(name)).sum() == pytest.approx(10.0, rel=0.15)


def test_cost_lies_where_the_name_says():
    assert stage_means(problem("early-cost"))[0] > 5.0
    assert stage_means(problem("late-cost"))[-1] > 5.0
    assert np.ptp(stage_means(problem("even-cost"))) < 0.5


def test_cost_goes_with_quality_as_the_name_says():
    assert rank_correlation(problem("better-is-dearer")) > 0.3
    assert rank_correlation(problem("better-is-cheaper")) < -0.3
    assert abs(rank_correlation(problem("even-cost"))) < 0.2


def test_flat_costs_are_all_the_same():
    flat = problem("flat-cost")

    assert {round(flat.cost(x), 9) for x in drawn(flat, 20)} == {10.0}


def test_heavy_tails_make_few_trials_many_times_dearer_than_usual():
    heavy = problem("heavy-tails")
    costs = [heavy.cost(x) for x in drawn(heavy)]

    assert max(costs) > 5 * np.median(costs)


def test_an_upstream_parameter_drives_the_cost_of_later_stages():
    found = problem("upstream-drives-cost")
    low, high = ({**dict.fromkeys(found.space, 0.5), "x00": x} for x in (0.0, 1.0))
    last = found.pipeline.stages[-1]

    assert last.seconds(high) == pytest.approx(5 * last.seconds(low))


def test_early_stages_are_discrete_and_late_ones_are_not():
    kinds = [type(domain) for domain in problem("discrete-early").space.values()]

    assert kinds == [Int] * 4 + [Float] * 4


def test_a_noisy_objective_is_off_by_its_noise_and_always_by_the_same():
    noisy = characteristic("noisy", Characteristics(noise=0.5))
    sample = drawn(noisy)
    off = [noisy.pipeline.objective(x) - noisy.value(x) for x in sample]

    assert np.std(off) == pytest.approx(0.5, rel=0.15)
    assert off == [noisy.pipeline.objective(x) - noisy.value(x) for x in sample]


def test_a_single_stage_has_all_parameters():
    single = problem("single-stage")

    assert len(single.pipeline.stages) == 1
    assert len(single.space) == 8
