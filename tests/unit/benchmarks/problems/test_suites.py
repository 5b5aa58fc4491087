import pytest

from benchmarks.problems.problem import WARM_UP_TRIALS
from benchmarks.problems.suites import SUITES, problem
from eeipu_kfp.errors import InvalidValueError

NAMES = [name for suite, names in SUITES.items() if suite != "bbob" for name in names]


@pytest.mark.parametrize("name", dict.fromkeys(NAMES))
def test_a_problem_is_ready_to_run(name):
    found = problem(name)
    begun = found.warm_up(1)

    assert len(set(begun)) == WARM_UP_TRIALS
    assert all(found.space.contains(configuration) for configuration in begun)
    assert all(found.value(configuration) <= found.optimum for configuration in begun)
    assert sum(map(found.cost, begun)) < found.budget / 2
    found.objective.check(found.pipeline.shape)


def test_an_unknown_problem_is_refused_with_what_is_known():
    with pytest.raises(InvalidValueError, match="`easy` is no problem") as caught:
        problem("easy")

    assert "`training`" in caught.value.hint
