import pytest

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.compiled.reading import typed
from eeipu_kfp.core.pipeline import ParameterType, PipelineInput
from eeipu_kfp.errors import PipelineError
from tests.pipelines import specs


def test_stages_come_in_the_order_of_what_they_rest_on(pipelines):
    assert pipelines["chain"].shape.names == ("prepare", "train", "evaluate")
    assert pipelines["diamond"].shape.stage("add").upstream == ("scale-2", "scale-3")


def test_an_input_of_the_pipeline_is_read_wherever_it_is_used(pipelines):
    reads = {stage.name: stage.reads for stage in pipelines["branches"].shape.stages}

    assert reads["toss"] == ("seed",)
    assert reads["condition-branches-1"] == ("score",)
    assert pipelines["fixed_loops"].shape.stage("for-loop-1").reads == ("depths", "rate")
    assert pipelines["chain"].shape.owner("lr") == "train"


def test_outputs_have_the_types_of_the_component(pipelines):
    prepare = pipelines["chain"].shape.stage("prepare")

    assert prepare.output_parameters == {
        "count": "NUMBER_INTEGER",
        "extra": "STRUCT",
        "names": "LIST",
        "ready": "BOOLEAN",
        "share": "NUMBER_DOUBLE",
        "text": "STRING",
    }
    assert prepare.output_artifacts == {"data": "system.Dataset"}


def test_an_importer_is_no_stage_but_what_feeds_it_belongs_to_its_consumers(pipelines):
    shape = pipelines["imported"].shape

    assert shape.names == ("read", "write", "locate", "read-2")
    assert shape.stage("read").reads == ("path",)
    assert shape.stage("read-2").upstream == ("locate",)


def test_order_without_handing_over_counts_as_upstream(pipelines):
    assert pipelines["diamond"].shape.stage("announce").upstream == ("scale-3",)
    assert pipelines["handled"].shape.stage("tidy").upstream == ("exit-handler-1",)


def test_inputs_have_defaults_of_their_type(pipelines):
    shape = pipelines["chain"].shape

    rows = PipelineInput(name="rows", type=ParameterType.INTEGER, default=3, optional=True)
    assert shape.input("rows") == rows
    assert isinstance(shape.input("rows").default, int)


def test_an_input_that_only_the_platform_reads_is_read():
    mount = {"pvcMount": [{"pvcNameParameter": specs.given("rows"), "mountPath": "/data"}]}
    platform = {
        "platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec-train": mount}}}}
    }
    text = load_pipeline(specs.chain()).text() + "---\n" + str(platform)

    assert load_pipeline(text).shape.stage("train").reads == ("lr", "rows")


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        (3.0, ParameterType.INTEGER, 3),
        (3, ParameterType.DOUBLE, 3.0),
        (3.5, ParameterType.INTEGER, 3.5),
        (True, ParameterType.INTEGER, True),
        ([1.0, {"a": 2.0, "b": 0.5}], ParameterType.LIST, [1, {"a": 2, "b": 0.5}]),
        ("3", ParameterType.STRING, "3"),
        (2.0, None, 2.0),
    ],
)
def test_numbers_are_what_their_type_says(value, kind, wanted):
    assert repr(typed(value, kind)) == repr(wanted)


def test_a_cycle_is_refused_with_the_tasks_in_it():
    ir = specs.chain()
    ir["root"]["dag"]["tasks"]["prepare"]["dependentTasks"] = ["train"]

    with pytest.raises(PipelineError, match="`prepare`, `train` wait for each other"):
        load_pipeline(ir)


def test_a_task_that_rests_on_no_known_task_is_refused():
    ir = specs.chain()
    del ir["root"]["dag"]["tasks"]["prepare"]

    with pytest.raises(PipelineError, match="`train` rests on `prepare`"):
        load_pipeline(ir)


def test_a_task_of_no_known_component_is_refused():
    ir = specs.chain()
    del ir["components"]["comp-train"]

    with pytest.raises(PipelineError, match="component `comp-train`"):
        load_pipeline(ir)
