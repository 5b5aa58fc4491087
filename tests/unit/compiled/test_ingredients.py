import copy
import json

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.values import canonical_json
from tests.pipelines import specs
from tests.pipelines.renaming import rearranged

ARGUMENTS = {"rows": 3, "lr": 0.25}


def ingredients_of(ir, stage="train", **arguments):
    return load_pipeline(ir).ingredients(stage, {**ARGUMENTS, **arguments})


def test_the_ingredients_of_a_stage_are_its_component_its_values_and_what_it_consumes():
    found = ingredients_of(specs.chain())

    assert found.component["container"] == {
        "image": "python:3.11",
        "command": ["run"],
        "args": ["--fast"],
        "env": {},
    }
    assert found.parameters == {"lr": 0.25}
    assert found.consumes == {"limit": ("prepare", "score"), "base": ("prepare", "model")}
    assert found.follows == ()


def test_constants_and_arguments_reach_a_stage_under_the_names_of_its_inputs():
    assert ingredients_of(specs.chain(), "prepare").parameters == {"mode": "fast", "rows": 3}


def test_an_argument_has_the_type_of_the_input():
    found = ingredients_of(specs.chain(), "prepare", rows=3.0)

    assert canonical_json(found.parameters) == '{"mode":"fast","rows":3}'


def test_a_default_of_the_pipeline_stands_in_for_a_missing_argument(pipelines):
    chain = pipelines["chain"]

    assert chain.ingredients("prepare", {}) == chain.ingredients(
        "prepare", {"rows": 3, "title": "t"}
    )


def test_a_default_of_the_component_stands_in_for_an_unbound_input(pipelines):
    added = pipelines["diamond"].ingredients("add", {})

    assert added.parameters == {"shift": 0.5}


def test_an_imported_artifact_counts_by_what_is_imported(pipelines):
    read = pipelines["imported"].ingredients("read", {"path": "/given"})
    again = pipelines["imported"].ingredients("read-2", {"path": "/given"})

    assert read.parameters == {"file.uri": "/given"}
    assert read.component["importers"]["file"]["metadata"] == {"by": "hand", "number": 7}
    assert again.parameters == {"other.uri": "/given"}
    assert again.consumes == {"file.uri": ("locate", "path")}


def test_a_stage_that_only_waits_for_another_follows_it(pipelines):
    assert pipelines["diamond"].ingredients("announce", {}).follows == ("scale-3",)
    assert pipelines["handled"].ingredients("tidy", {}).follows == ("exit-handler-1",)


def test_inputs_that_the_compiler_named_are_numbered(pipelines):
    found = pipelines["branches"].ingredients("condition-branches-1", {"score": 0.75})

    assert sorted((*found.parameters, *found.consumes)) == ["input[0]", "input[1]"]
    assert list(found.parameters.values()) == [0.75]
    assert list(found.consumes.values()) == [("toss", "Output")]


def test_two_uses_of_a_component_with_the_same_inputs_are_the_same_work(pipelines):
    diamond = pipelines["diamond"]
    arguments = {"a": 2.0, "b": 2.0}

    assert diamond.ingredients("scale-2", arguments) == diamond.ingredients("scale-3", arguments)


def test_ingredients_stay_small_and_are_json(pipelines):
    for pipeline in pipelines.values():
        for stage in pipeline.shape.names:
            component = pipeline.ingredients(stage, {"path": "/given"}).component
            assert len(json.dumps(component)) < 10_000


def renamed_arguments(arguments, inputs):
    return {inputs[name]: value for name, value in arguments.items()}


@pytest.mark.parametrize(
    "name",
    ["chain", "diamond", "nested", "imported", "branches", "loops", "fixed_loops", "handled"],
)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, phases=[Phase.generate], deadline=None)
def test_neither_names_nor_order_nor_the_sdk_are_ingredients(pipelines, name, seed):
    first = pipelines[name]
    arguments = {found.name: found.default for found in first.shape.inputs if found.default}
    ir, tasks, inputs = rearranged(first.ir, seed)

    second = load_pipeline(ir)

    for stage in first.shape.names:
        before = first.ingredients(stage, arguments)
        after = second.ingredients(tasks.get(stage, stage), renamed_arguments(arguments, inputs))
        assert after.component == before.component
        assert after.parameters == before.parameters
        assert after.consumes == {
            key: (tasks.get(producer, producer), output)
            for key, (producer, output) in before.consumes.items()
        }
        assert sorted(after.follows) == sorted(tasks.get(each, each) for each in before.follows)


def set_container(ir, **changes):
    ir["deploymentSpec"]["executors"]["exec-train"]["container"].update(changes)


def set_task(ir, **changes):
    ir["root"]["dag"]["tasks"]["train"].update(changes)


def bind(ir, name, binding):
    ir["root"]["dag"]["tasks"]["train"]["inputs"]["parameters"][name] = binding


def add_platform(ir, **settings):
    executors = {"exec-train": settings}
    return (
        load_pipeline(ir).text()
        + "---\n"
        + json.dumps({"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}})
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda ir: set_container(ir, image="python:3.12"), id="image"),
        pytest.param(lambda ir: set_container(ir, command=["run", "x" * 300]), id="code"),
        pytest.param(lambda ir: set_container(ir, args=["--slow"]), id="arguments"),
        pytest.param(lambda ir: set_container(ir, env=[{"name": "A", "value": "1"}]), id="env"),
        pytest.param(lambda ir: bind(ir, "lr", specs.constant(0.5)), id="value"),
        pytest.param(lambda ir: bind(ir, "limit", specs.given("lr")), id="wiring"),
        pytest.param(
            lambda ir: set_task(ir, triggerPolicy={"condition": "1 == 1"}), id="condition"
        ),
        pytest.param(
            lambda ir: bind(
                ir, "lr", {**specs.given("lr"), "parameterExpressionSelector": "parseJson(x)"}
            ),
            id="selector",
        ),
        pytest.param(
            lambda ir: ir["components"]["comp-train"]["outputDefinitions"]["artifacts"].update(
                model={"artifactType": specs.schema("system.Dataset")}
            ),
            id="output-type",
        ),
        pytest.param(lambda ir: add_platform(ir, secretAsEnv=[{"secretName": "s"}]), id="secret"),
        pytest.param(lambda ir: add_platform(ir, pvcMount=[{"mountPath": "/d"}]), id="volume"),
    ],
)
def test_what_decides_the_output_is_an_ingredient(change):
    ir = specs.chain()
    before = ingredients_of(specs.chain())

    changed = change(ir)

    assert ingredients_of(changed or ir) != before


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda ir: set_container(ir, resources={"cpuLimit": 2}), id="resources"),
        pytest.param(lambda ir: set_task(ir, retryPolicy={"maxRetryCount": 3}), id="retries"),
        pytest.param(lambda ir: set_task(ir, cachingOptions={}), id="caching"),
        pytest.param(lambda ir: set_task(ir, taskInfo={"name": "Train!"}), id="display-name"),
        pytest.param(
            lambda ir: add_platform(ir, podMetadata={"labels": {"team": "a"}}), id="labels"
        ),
        pytest.param(lambda ir: add_platform(ir, nodeSelector={"labels": {}}), id="node"),
        pytest.param(lambda ir: ir["pipelineInfo"].update(name="other"), id="pipeline-name"),
    ],
)
def test_what_decides_no_output_is_no_ingredient(change):
    ir = specs.chain()
    before = ingredients_of(specs.chain())

    changed = change(ir)

    assert ingredients_of(changed or ir) == before


def test_the_version_of_kfp_that_a_component_installs_is_no_ingredient():
    first, second = specs.chain(), specs.chain()
    set_container(first, command=["pip install 'kfp==2.17.0' && run"])
    set_container(second, command=["pip install 'kfp==2.14.3' && run"])

    assert ingredients_of(first) == ingredients_of(second)


def test_a_volume_named_by_a_pipeline_input_counts_by_its_value():
    mount = [{"mountPath": "/d", "pvcNameParameter": specs.given("rows")}]
    text = add_platform(specs.chain(), pvcMount=mount)

    found = ingredients_of(text).parameters

    assert found == {"lr": 0.25, "platform.pvcMount[0].pvcNameParameter": 3}


def inner_image(ir):
    ir["deploymentSpec"]["executors"]["exec-lose"]["container"]["image"] = "python:other"


def inner_constant(ir):
    task = ir["components"]["comp-condition-2"]["dag"]["tasks"]["win"]
    task["inputs"]["parameters"]["text"] = specs.constant("by luck")


def inner_wiring(ir):
    tasks = ir["components"]["comp-condition-branches-1"]["dag"]["tasks"]
    condition = tasks["condition-2"]["triggerPolicy"]["condition"]
    swapped = condition.replace("toss-Output", "score")
    tasks["condition-2"]["triggerPolicy"]["condition"] = swapped


def inner_output(ir):
    outputs = ir["components"]["comp-condition-branches-1"]["dag"]["outputs"]["parameters"]
    next(iter(outputs.values()))["valueFromOneof"]["parameterSelectors"].pop()


@pytest.mark.parametrize("change", [inner_image, inner_constant, inner_wiring, inner_output])
def test_what_is_nested_in_a_stage_is_an_ingredient(change, pipelines):
    before = pipelines["branches"]
    ir = copy.deepcopy(dict(before.ir))
    change(ir)

    after = load_pipeline(ir)

    stage = "condition-branches-1"
    assert after.ingredients(stage, {}).component != before.ingredients(stage, {}).component
    assert after.ingredients("toss", {}) == before.ingredients("toss", {})
