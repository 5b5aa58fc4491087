import copy

import pytest

from eeipu_kfp.compiled.folding import fold_constants
from tests.pipelines import specs

CONDITION = "inputs.parameter_values['x'] == 1 && inputs.parameter_values['y'] == 2"


def group(condition=CONDITION):
    """A DAG with one conditional task in it, which takes both of the DAG's inputs."""
    inner = specs.task("inner", {"x": specs.given("x"), "y": specs.given("y")})
    inner["triggerPolicy"] = {"condition": condition}
    return {"dag": {"tasks": {"inner": inner}}}


def document(*users):
    components = {"comp-inner": specs.component("exec-inner"), "comp-group": group()}
    tasks = {name: {**specs.task(name), "componentRef": {"name": "comp-group"}} for name in users}
    return specs.pipeline(tasks, components)


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (1, "1"),
        (0.5, "0.5"),
        (2.0, "2.0"),
        (True, "true"),
        ("a", "'a'"),
        ("it's", r"'it\'s'"),
        ('say "é"\n', r"""'say "é"\n'"""),
        ("back\\slash", r"'back\\slash'"),
    ],
)
def test_a_condition_has_the_value_in_place_of_the_input(value, literal):
    task = specs.task("inner")
    task["triggerPolicy"] = {"condition": CONDITION}

    fold_constants(document(), task, {"x": value})

    condition = f"{literal} == 1 && inputs.parameter_values['y'] == 2"
    assert task["triggerPolicy"]["condition"] == condition
    if isinstance(value, str):
        assert eval(literal) == value


def test_a_value_reaches_a_condition_in_a_nested_dag():
    ir = document("only")

    fold_constants(ir, ir["root"]["dag"]["tasks"]["only"], {"x": 1})

    inner = ir["components"]["comp-group"]["dag"]["tasks"]["inner"]
    assert inner["triggerPolicy"]["condition"].startswith("1 == 1 &&")


def test_a_component_that_others_run_too_is_left_as_it_is():
    ir = document("one", "other")
    before = copy.deepcopy(ir)

    fold_constants(ir, ir["root"]["dag"]["tasks"]["one"], {"x": 1})

    assert ir["components"]["comp-group"] == before["components"]["comp-group"]
    assert ir["root"]["dag"]["tasks"]["other"] == before["root"]["dag"]["tasks"]["other"]
    assert ir["root"]["dag"]["tasks"]["one"]["componentRef"] == {"name": "comp-group-2"}
    inner = ir["components"]["comp-group-2"]["dag"]["tasks"]["inner"]
    assert inner["triggerPolicy"]["condition"].startswith("1 == 1 &&")


def test_a_loop_goes_over_the_value():
    task = specs.task("loop")
    task["parameterIterator"] = {"itemInput": "item", "items": {"inputParameter": "x"}}

    fold_constants(document(), {**task, "componentRef": {"name": "comp-inner"}}, {"x": [1, "b"]})

    assert task["parameterIterator"] == {"itemInput": "item", "items": {"raw": '[1, "b"]'}}


def test_nothing_changes_where_no_condition_and_no_loop_uses_the_value():
    ir = document("only")
    before = copy.deepcopy(ir)

    fold_constants(ir, ir["root"]["dag"]["tasks"]["only"], {"z": 1})

    assert ir == before
