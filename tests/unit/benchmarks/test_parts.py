import pytest

from benchmarks.methods import Method
from benchmarks.parts import PARTS
from benchmarks.problems.suites import SUITES

EVERY = [(suite, name) for suite, parts in PARTS.items() for name in parts]


@pytest.mark.parametrize(("suite", "name"), EVERY)
def test_a_part_names_problems_of_its_suite_and_methods_that_there_are(suite, name):
    part = PARTS[suite][name]
    names = [Method.named(text).name for text in part.methods]

    assert set(part.problems) <= set(SUITES[suite])
    assert len(set(names)) == len(names) > 1


@pytest.mark.parametrize(("suite", "name"), EVERY)
def test_a_quick_part_keeps_what_it_is_compared_with(suite, name):
    part = PARTS[suite][name]

    assert part.quick.reference == part.reference
    assert len(part.quick.problems) == 1
    assert 2 <= len(part.quick.methods) <= 3


def test_the_default_is_the_reference_and_no_other_method_is_just_the_default():
    for parts in PARTS["ablation"].values():
        plans = [Method.named(text).setting.plan for text in parts.methods]

        assert parts.reference == "eeipu"
        assert Method.named("eeipu+q=all+eta=1:0.5+inputs=prefix").setting.plan not in plans
