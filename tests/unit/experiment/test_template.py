import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput, Stage
from eeipu_kfp.errors import PipelineError, SpecError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import parse_document
from eeipu_kfp.experiment.template import write_template
from tests.unit.experiment.samples import PIPELINE

DEFAULTS = {
    ParameterType.STRING: st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    ParameterType.INTEGER: st.integers(-(10**9), 10**9),
    ParameterType.DOUBLE: st.floats(-1e15, 1e15),
    ParameterType.BOOLEAN: st.booleans(),
    ParameterType.LIST: st.lists(st.integers() | st.text(max_size=3), max_size=3),
    ParameterType.STRUCT: st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
}
NAMES = ["n", "yes", "seed", "learning_rate", "data_path", "batch_size", "C", "flag"]


@st.composite
def pipelines(draw):
    """Pipelines of two stages whose last one puts out a number, and any inputs."""
    inputs = []
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True)):
        type_ = draw(st.sampled_from(ParameterType))
        default = draw(st.none() | DEFAULTS[type_])
        optional = draw(st.booleans())
        inputs.append(PipelineInput(name=name, type=type_, default=default, optional=optional))
    names = [item.name for item in inputs]
    reads = tuple(draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))
    last = Stage(
        name="evaluate", upstream=("train",), output_parameters={"Output": ParameterType.DOUBLE}
    )
    return Pipeline(
        name="any", inputs=tuple(inputs), stages=(Stage(name="train", reads=reads), last)
    )


@given(pipelines())
def test_a_template_resolves_without_edits(pipeline):
    text = write_template(pipeline, source="pipeline.yaml", name="Any pipeline")

    experiment = resolve(parse_document(text), pipeline)

    assert experiment.name == "any-pipeline"
    assert experiment.objective.metric == "evaluate.Output"
    known = {item.name for item in pipeline.inputs}
    assert set(experiment.space) <= {n for n in known if pipeline.owner(n)}
    assert {i.name for i in pipeline.inputs if not i.optional} <= (
        set(experiment.space) | set(experiment.arguments)
    )


@given(pipelines())
def test_a_template_leaves_every_fixed_input_at_its_default(pipeline):
    experiment = resolve(
        parse_document(write_template(pipeline, source="p.yaml", name="x")), pipeline
    )

    for item in pipeline.inputs:
        if item.default is not None and item.name not in experiment.space:
            assert experiment.arguments[item.name] == item.default


def test_every_input_is_listed_as_parameter_or_argument():
    document = parse_document(write_template(PIPELINE, source="p.yaml", name="demo"))

    assert [p.name for p in document.spec.parameters] == ["rate", "depth", "scale"]
    assert [a.name for a in document.spec.arguments] == [
        *("data", "kernel", "layers", "seed", "unread")
    ]


@pytest.mark.parametrize(
    ("source", "field"),
    [("out/pipeline.yaml", "path"), ("my.module:train", "function"), ("a: b.yaml", "path")],
)
def test_a_source_is_a_file_or_a_function(source, field):
    document = parse_document(write_template(PIPELINE, source=source, name="demo"))

    assert document.spec.pipeline.model_dump(exclude_none=True) == {field: source}


@pytest.mark.parametrize(
    ("name", "label"),
    [("My_Pipeline 2", "my-pipeline-2"), ("--", "experiment"), ("a" * 70, "a" * 63)],
)
def test_a_name_is_made_one_that_kubernetes_takes(name, label):
    document = parse_document(write_template(PIPELINE, source="p.yaml", name=name))

    assert document.metadata.name == label


def with_outputs(**outputs):
    *first, last = PIPELINE.stages
    return replace(PIPELINE, stages=(*first, replace(last, **outputs)))


def test_a_key_that_the_pipeline_does_not_tell_is_left_to_fill_in():
    pipeline = with_outputs(output_parameters={})
    text = write_template(pipeline, source="p.yaml", name="demo")

    with pytest.raises(SpecError, match=r"`spec.objective.metric`.*names no value .*`log_metric`"):
        resolve(parse_document(text), pipeline)
    assert "TODO" in text
    filled = parse_document(text.replace("metrics.<key>", "metrics.auroc"))
    assert resolve(filled, pipeline).objective.metric == "evaluate.metrics.auroc"


def test_a_pipeline_without_a_number_is_told_so():
    pipeline = with_outputs(output_parameters={}, output_artifacts={})
    text = write_template(pipeline, source="p.yaml", name="demo")

    assert "no stage puts out a number" in text
    with pytest.raises(SpecError, match="this pipeline has none"):
        resolve(parse_document(text), pipeline)


@pytest.mark.parametrize(
    ("output", "direction"),
    [("val_loss", Direction.MINIMIZE), ("rmse", Direction.MINIMIZE), ("f1", Direction.MAXIMIZE)],
)
def test_a_loss_is_minimized(output, direction):
    pipeline = with_outputs(output_parameters={output: ParameterType.DOUBLE})

    document = parse_document(write_template(pipeline, source="p.yaml", name="demo"))

    assert document.spec.objective.direction is direction


def test_what_else_could_be_tuned_for_is_named():
    text = write_template(PIPELINE, source="p.yaml", name="demo")

    assert "# Others: evaluate.metrics.<key>" in text


def test_a_pipeline_without_inputs_cannot_be_tuned():
    with pytest.raises(PipelineError, match="reads an input, so nothing can be tuned"):
        write_template(Pipeline(name="p", stages=(Stage(name="s"),)), source="p.yaml", name="p")


@pytest.mark.parametrize(
    "field",
    [
        *("algorithm", "maxTrials", "parallelTrials", "maxFailedTrials", "stageTimeoutSeconds"),
        *("cache", "suspend", "ttlSecondsAfterFinished"),
    ],
)
def test_an_optional_field_may_be_taken_out_of_its_comment(field):
    text = write_template(PIPELINE, source="p.yaml", name="demo")
    head, tail = text.split("  # All that follows is optional.\n")
    tail = tail.replace("        s3:", "        #s3:").replace("  #     s3:", "  #     # s3:")
    uncommented = head + re.sub(r"^  # ", "  ", tail, flags=re.MULTILINE)

    spec = parse_document(uncommented).spec

    assert spec.model_fields_set >= {re.sub(r"([A-Z])", r"_\1", field).lower()}
