import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.compiled.dag import Document, Feed, constant_of, feeds, ordered, upstream_of
from eeipu_kfp.errors import PipelineError
from tests.pipelines import specs


@given(
    st.lists(st.sets(st.integers(0, 7)), min_size=1, max_size=8).flatmap(
        lambda edges: st.permutations(list(enumerate(edges)))
    )
)
def test_each_task_comes_after_what_it_rests_on(edges):
    tasks = {
        f"t{number}": specs.task(
            "x", after=sorted(f"t{above}" for above in found if above < number)
        )
        for number, found in edges
    }

    names = ordered(tasks)

    assert sorted(names) == sorted(tasks)
    for name in names:
        assert all(names.index(above) < names.index(name) for above in upstream_of(tasks[name]))


def test_tasks_that_rest_on_nothing_keep_their_order():
    tasks = {name: specs.task(name) for name in ("b", "c", "a")}

    assert ordered(tasks) == ("b", "c", "a")


def test_a_task_that_rests_on_itself_is_a_cycle():
    with pytest.raises(PipelineError, match="`a` wait for each other"):
        ordered({"a": specs.task("a", after=["a"])})


def test_parameters_artifacts_and_final_statuses_feed_a_task():
    task = specs.task(
        "x",
        {
            "a": specs.output("p", "score"),
            "b": specs.given("lr"),
            "c": {"taskFinalStatus": {"producerTask": "q"}},
        },
        {"d": specs.artifact("r", "model")},
        ["s", "p"],
    )

    assert list(feeds(task)) == [
        Feed(input="a", producer="p", output="score", is_artifact=False),
        Feed(input="c", producer="q", output="", is_artifact=False),
        Feed(input="d", producer="r", output="model", is_artifact=True),
    ]
    assert upstream_of(task) == ("p", "q", "r", "s")


@pytest.mark.parametrize(
    ("binding", "wanted"),
    [
        (specs.constant(3), 3),
        ({"runtimeValue": {"constantValue": "x"}}, "x"),
        (specs.given("lr"), None),
    ],
)
def test_a_constant_is_found_in_either_spelling(binding, wanted):
    assert constant_of(binding) == wanted


def test_a_task_is_an_importer_where_its_executor_is():
    ir = specs.chain()
    ir["deploymentSpec"]["executors"]["exec-prepare"] = {"importer": {"reimport": False}}
    document = Document(ir=ir, platform={})

    assert document.importer(document.tasks["prepare"]) == {"reimport": False}
    assert document.importer(document.tasks["train"]) is None
