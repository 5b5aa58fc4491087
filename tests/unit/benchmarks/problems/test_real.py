import json

import pytest

from benchmarks.problems.problem import values_of
from benchmarks.problems.real import RECORDINGS
from benchmarks.problems.real_stages import REAL_PIPELINES
from benchmarks.problems.suites import problem

NETWORKS = {"segmentation", "t5-distillation"}
"""What they learn depends on the processor, and docstrings on the version of Python."""


def corner(name, last):
    """The configuration of the first values, or of the last ones."""
    space = problem(name).space
    return {n: values_of(domain)[-1 if last else 0] for n, domain in space.items()}


@pytest.mark.parametrize("name", REAL_PIPELINES)
def test_a_recording_is_looked_up_in_the_order_it_was_made(name):
    document = json.loads((RECORDINGS / f"{name}.json").read_text())
    replayed = problem(name)

    for last in (False, True):
        position = -1 if last else 0
        seconds = [stage.seconds(corner(name, last)) for stage in replayed.pipeline.stages]
        recorded = [60.0 * max(column[position], 1e-3) for column in document["seconds"]]
        assert seconds == pytest.approx(recorded)
        assert replayed.value(corner(name, last)) == document["objectives"][position]


@pytest.mark.parametrize("name", REAL_PIPELINES)
def test_every_configuration_was_measured_and_none_is_better_than_the_optimum(name):
    objectives = json.loads((RECORDINGS / f"{name}.json").read_text())["objectives"]

    assert len(objectives) == problem(name).space.count
    assert max(objectives) == problem(name).optimum


@pytest.mark.parametrize("name", sorted(REAL_PIPELINES.keys() - NETWORKS))
def test_the_stages_still_compute_what_was_recorded(name):
    left, chosen = None, corner(name, last=False)
    for stage in REAL_PIPELINES[name]:
        left = stage.compute(left, **{n: chosen[n] for n in stage.parameters})

    assert left == pytest.approx(problem(name).value(chosen), abs=0.02)
