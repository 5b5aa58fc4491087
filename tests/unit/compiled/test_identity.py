import pytest

from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.compiled.identity import digest, mentions_replaced, shortened, task_identity
from tests.pipelines import specs

BOUND = {"x": {"input": "x"}, "y": {"input": "y"}}


def loop(items, **inner):
    """A loop with one task in it."""
    task = specs.task("inner", inner)
    component = {"dag": {"tasks": {"inner": task}}}
    outer = {**specs.task("loop"), "componentRef": {"name": "comp-loop"}}
    outer["parameterIterator"] = {"itemInput": "item", "items": items}
    parts = {"comp-loop": component, "comp-inner": specs.component("exec-inner")}
    return Document(ir=specs.pipeline({"loop": outer}, parts), platform={})


def identity_of(document):
    return task_identity(document, document.tasks["loop"], BOUND)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(loop({"raw": "[1]"}), loop({"raw": "[2]"}), id="constant-items"),
        pytest.param(
            loop({"inputParameter": "x"}), loop({"inputParameter": "y"}), id="items-of-an-input"
        ),
    ],
)
def test_loops_over_other_items_are_other_work(one, other):
    assert identity_of(one) != identity_of(other)


def test_what_an_inner_task_takes_of_a_loop_is_told_apart():
    items = {"raw": "[1]"}
    component = specs.component("exec-inner", {"score": "STRING"})

    def with_input(binding):
        found = loop(items, score=binding)
        found.ir["components"]["comp-inner"] = component
        return identity_of(found)

    taken = with_input(specs.given("item"))
    outside = with_input(specs.given("x"))
    fixed = with_input(specs.constant("item"))

    assert len({digest(taken), digest(outside), digest(fixed)}) == 3


def test_inputs_mentioned_in_texts_are_told_by_what_they_are_bound_to():
    value = ["{{$.inputs.parameters['x']}} of {{$.inputs.parameters['other']}}", 3]

    assert mentions_replaced(value, BOUND) == [
        '{{$.inputs[{"input":"x"}]}} of {{$.inputs.parameters[\'other\']}}',
        3,
    ]


def test_long_texts_give_way_to_their_digest_and_short_ones_stay():
    found = shortened({"code": ["x" * 201, "x" * 200], "number": 1})

    assert found["code"][0].startswith("sha256:")
    assert found["code"][1] == "x" * 200
    assert found["number"] == 1
    assert shortened("y" * 201) != found["code"][0]
