import copy
import itertools

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.pipeline import ParameterType
from eeipu_kfp.errors import PipelineError
from tests.pipelines import specs
from tests.pipelines.references import dangling

ALL = (
    "chain",
    "diamond",
    "nested",
    "imported",
    "branches",
    "loops",
    "fixed_loops",
    "handled",
)
VALUES = {
    ParameterType.STRING: "it's",
    ParameterType.INTEGER: 3,
    ParameterType.DOUBLE: 0.5,
    ParameterType.BOOLEAN: True,
    ParameterType.LIST: [1, "b"],
    ParameterType.STRUCT: {"k": [1]},
}


def outputs_of(pipeline, *stages):
    """Some output of every kind that the stages have."""
    return {
        name: StageOutputs(
            parameters={
                key: VALUES[kind]
                for key, kind in pipeline.shape.stage(name).output_parameters.items()
            },
            artifacts={
                key: (Artifact(uri=f"minio://b/{name}/{key}", type=kind, metadata={"n": 1}),)
                for key, kind in pipeline.shape.stage(name).output_artifacts.items()
            },
        )
        for name in stages
    }


def proper_subsets(names):
    return [chosen for size in range(len(names)) for chosen in itertools.combinations(names, size)]


def without_caching(ir):
    """The IR with native caching off in every task."""
    found = copy.deepcopy(dict(ir))
    for component in (found["root"], *found["components"].values()):
        for task in component.get("dag", {}).get("tasks", {}).values():
            task["cachingOptions"] = {}
    return found


@pytest.mark.parametrize("name", ALL)
def test_nothing_taken_out_leaves_the_pipeline_as_it_was_but_for_native_caching(name, pipelines):
    assert pipelines[name].cut({}) == without_caching(pipelines[name].ir)


@pytest.mark.parametrize("name", ALL)
def test_no_reference_is_left_dangling_and_nothing_unused(name, pipelines):
    pipeline = pipelines[name]
    assert dangling(pipeline.ir) == []

    for stages in proper_subsets(pipeline.shape.names):
        assert dangling(pipeline.cut(outputs_of(pipeline, *stages))) == [], stages


@pytest.mark.parametrize("name", ALL)
def test_the_pipeline_itself_is_never_changed(name, pipelines):
    pipeline = pipelines[name]
    before = copy.deepcopy(dict(pipeline.ir))

    for stages in proper_subsets(pipeline.shape.names):
        pipeline.cut(outputs_of(pipeline, *stages))

    assert pipeline.ir == before


@pytest.mark.parametrize("name", ["chain", "diamond", "nested", "imported", "branches", "handled"])
@given(choice=st.lists(st.sampled_from(["left", "first", "second"]), min_size=6, max_size=6))
@settings(max_examples=25, phases=[Phase.generate], deadline=None)
def test_cutting_twice_is_cutting_once(pipelines, name, choice):
    pipeline = pipelines[name]
    when = dict(zip(pipeline.shape.names, choice, strict=False))
    assume("left" in when.values())
    known = outputs_of(pipeline, *[stage for stage in when if when[stage] != "left"])

    once = pipeline.cut({stage: known[stage] for stage in known if when[stage] == "first"})
    rest = {stage: known[stage] for stage in known if when[stage] == "second"}

    assert load_pipeline(once).cut(rest) == pipeline.cut(known)


@pytest.mark.parametrize("name", ALL)
def test_the_stages_left_are_those_of_the_pipeline(name, pipelines):
    pipeline = pipelines[name]
    for stages in proper_subsets(pipeline.shape.names):
        left = load_pipeline(pipeline.cut(outputs_of(pipeline, *stages))).shape.names

        lists = {each for each in left if each.startswith("cached-")}
        assert set(left) - lists == set(pipeline.shape.names) - set(stages)


def test_an_importer_and_a_constant_stand_for_what_a_stage_has_put_out():
    known = StageOutputs(
        parameters={"score": 2},
        artifacts={
            "model": (
                Artifact(
                    uri="minio://b/model",
                    type="system.Model",
                    metadata={"rows": 3, "store_session_info": "x"},
                ),
            )
        },
    )

    ir = load_pipeline(specs.chain()).cut({"prepare": known})

    name = "cached-prepare-model"
    tasks = ir["root"]["dag"]["tasks"]
    assert tasks["train"]["inputs"]["parameters"]["limit"] == specs.constant(2.0)
    assert tasks["train"]["inputs"]["artifacts"]["base"] == specs.artifact(name, "artifact")
    assert tasks["train"]["dependentTasks"] == [name]
    assert tasks[name]["inputs"]["parameters"] == {"uri": specs.constant("minio://b/model")}
    assert ir["deploymentSpec"]["executors"][f"exec-{name}"] == {
        "importer": {
            "artifactUri": {"constant": "minio://b/model"},
            "typeSchema": specs.schema("system.Model"),
            "metadata": {"rows": 3},
            "reimport": False,
        }
    }
    assert tasks.keys() == {"train", name}
    assert all(task["cachingOptions"] == {} for task in tasks.values())


def test_consumers_share_the_importer_of_an_artifact(pipelines):
    chain = pipelines["chain"]

    tasks = chain.cut(outputs_of(chain, "prepare"))["root"]["dag"]["tasks"]

    assert tasks.keys() == {"cached-prepare-data", "train", "evaluate"}


def test_an_artifact_that_nobody_reads_is_not_imported(pipelines):
    chain = pipelines["chain"]

    tasks = chain.cut(outputs_of(chain, "prepare", "train"))["root"]["dag"]["tasks"]

    assert "cached-prepare-data" in tasks
    nested = pipelines["nested"]
    left = nested.cut({**outputs_of(nested, "doubled", "doubled-2")})["root"]["dag"]["tasks"]
    assert left.keys() == {"written", "read"}


def test_an_importer_never_takes_the_name_of_a_task():
    ir = specs.chain()
    tasks = ir["root"]["dag"]["tasks"]
    ir["components"]["comp-cached-prepare-model"] = specs.component("exec-prepare")
    tasks["cached-prepare-model"] = specs.task("cached-prepare-model")
    pipeline = load_pipeline(ir)

    left = pipeline.cut(outputs_of(pipeline, "prepare"))["root"]["dag"]["tasks"]

    assert left.keys() == {"train", "cached-prepare-model", "cached-prepare-model-2"}


def test_an_importer_of_the_user_stays_while_a_stage_that_is_left_reads_it(pipelines):
    pipeline = pipelines["imported"]

    some = pipeline.cut(outputs_of(pipeline, "read", "write", "locate"))["root"]["dag"]["tasks"]
    most = pipeline.cut(outputs_of(pipeline, "read", "read-2", "write"))["root"]["dag"]["tasks"]

    assert some.keys() == {"importer", "importer-2", "read-2"}
    assert most.keys() == {"locate", "cached-write-file"}


def test_an_importer_fed_by_a_stage_taken_out_has_a_constant_uri(pipelines):
    pipeline = pipelines["imported"]

    ir = pipeline.cut(outputs_of(pipeline, "read", "write", "locate"))

    uris = [
        found["importer"]["artifactUri"] for label, found in executors(ir) if "importer" in found
    ]
    assert {"constant": "it's"} in uris


def executors(ir):
    return ir["deploymentSpec"]["executors"].items()


def test_a_condition_tests_the_value_of_a_stage_taken_out(pipelines):
    pipeline = pipelines["branches"]
    known = outputs_of(pipeline, "toss", "count")

    ir = pipeline.cut(known)

    inner = ir["components"]["comp-condition-branches-1"]["dag"]["tasks"]
    assert inner["condition-2"]["triggerPolicy"]["condition"] == r"'it\'s' == 'heads'"
    outer = ir["root"]["dag"]["tasks"]["condition-4"]["triggerPolicy"]["condition"]
    assert outer == "int(3) > 3"


def test_a_loop_goes_over_the_items_of_a_stage_taken_out(pipelines):
    pipeline = pipelines["loops"]

    ir = pipeline.cut(outputs_of(pipeline, "listed"))

    iterator = ir["root"]["dag"]["tasks"]["for-loop-1"]["parameterIterator"]
    assert iterator["items"] == {"raw": '[1, "b"]'}


def test_an_exit_handler_learns_that_a_stage_taken_out_has_succeeded(pipelines):
    pipeline = pipelines["handled"]

    ir = pipeline.cut(outputs_of(pipeline, "toss", "exit-handler-1"))

    status = ir["root"]["dag"]["tasks"]["tidy"]["inputs"]["parameters"]["status"]
    assert status["runtimeValue"]["constant"]["state"] == "SUCCEEDED"


def test_outputs_of_the_pipeline_from_a_stage_taken_out_are_dropped(pipelines):
    diamond = pipelines["diamond"]

    ir = diamond.cut(outputs_of(diamond, "add-2", "add", "announce"))

    assert "outputs" not in ir["root"]["dag"]
    assert "outputDefinitions" not in ir["root"]


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (StageOutputs(), "`train` consumes `score` of stage `prepare`"),
        (StageOutputs(parameters={"score": 1.0}), "`train` consumes `model` of stage `prepare`"),
        (
            StageOutputs(parameters={"score": 1.0}, artifacts={"model": ()}),
            "`train` consumes `model` of stage `prepare`",
        ),
    ],
)
def test_an_output_that_is_consumed_but_not_given_is_named(known, says):
    with pytest.raises(PipelineError, match=says) as caught:
        load_pipeline(specs.chain()).cut({"prepare": known})

    assert "`prepare`" in caught.value.hint


@pytest.mark.parametrize(
    ("stages", "says"),
    [(("other",), "`other` is no stage"), (("prepare", "train"), "nothing is left to run")],
)
def test_a_cut_of_no_stage_or_of_all_is_refused(stages, says):
    with pytest.raises(PipelineError, match=says):
        load_pipeline(specs.chain()).cut({stage: StageOutputs() for stage in stages})


def test_a_stage_whose_volume_another_makes_cannot_do_without_it():
    mount = {"pvcMount": [{"pvcNameParameter": specs.output("prepare"), "mountPath": "/d"}]}
    executors = {"exec-train": mount}
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}
    pipeline = load_pipeline(load_pipeline(specs.chain()).text() + "---\n" + str(platform))

    with pytest.raises(PipelineError, match="`train` mounts what `prepare` makes"):
        pipeline.cut(outputs_of(pipeline, "prepare"))
