import numpy as np
import pytest

from benchmarks.problems.problem import draw
from benchmarks.problems.suites import problem
from benchmarks.problems.synthetic import cost_term, stage_cost, synthetic

COSINE, SINE, LOGISTIC, SQUARE = range(4)


@pytest.mark.parametrize(
    ("stage", "parameter", "wave", "scale", "shift"),
    [
        (0, 0, SQUARE, 18, 12),
        (0, 1, SINE, 7, 26),
        (1, 2, SINE, 16, 20),
        (2, 1, COSINE, 15, 36),
        (3, 0, LOGISTIC, 16, 10),
        (9, 2, LOGISTIC, 17, 40),
    ],
)
def test_costs_are_drawn_as_the_paper_s_benchmark_draws_them(stage, parameter, wave, scale, shift):
    term = cost_term(stage, parameter)

    assert (term.wave, term.scale, term.shift) == (wave, scale, shift)


def test_mean_stage_costs_of_the_ablation_benchmark_are_the_published_ones():
    ablation = problem("beale2-hartmann3-branin2")
    rng = np.random.default_rng(0)
    drawn = [draw(ablation.space, rng) for _ in range(4000)]

    means = [np.mean([stage.seconds(x) for x in drawn]) for stage in ablation.pipeline.stages]

    assert means == pytest.approx([2.47, 2.64, 1.52], abs=0.06)


def test_a_dear_first_stage_costs_what_the_formula_says():
    at_the_corner = stage_cost(0, (10.0, 0.0))

    assert at_the_corner == pytest.approx(((18 * 100 + 12) ** 2 + 26**2) / 1000)


def test_the_ablation_benchmark_has_the_known_optimum():
    assert problem("beale2-hartmann3-branin2").optimum == pytest.approx(2.942, abs=5e-4)


def test_further_parameters_of_a_stage_change_its_cost_and_not_the_objective():
    wide = synthetic(("beale2", "levy2"), 100.0, (4, 2))
    one = dict.fromkeys(wide.space, 1.0)
    other = {**one, "x03": 2.0}

    assert wide.value(one) == wide.value(other)
    assert wide.cost(one) != wide.cost(other)


@pytest.mark.parametrize(
    ("name", "dimensions", "budget"),
    [
        ("levy2-hartmann3-beale2", (2, 3, 2), 400.0),
        ("branin2-ackley3-beale2-hartmann3", (2, 3, 2, 3), 1500.0),
        ("five-stages", (2, 3, 2, 3, 2), 900.0),
        ("high-dimensional", (4, 6, 10, 7, 3), 2500.0),
    ],
)
def test_pipelines_have_the_paper_s_sizes(name, dimensions, budget):
    found = problem(name)

    assert tuple(len(stage.reads) for stage in found.pipeline.stages) == dimensions
    assert found.budget == budget
