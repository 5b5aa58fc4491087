from dataclasses import replace

import pytest

from eeipu_kfp.core.pipeline import ParameterType, PipelineInput
from eeipu_kfp.experiment.katib.names import input_for, metrics_for
from eeipu_kfp.experiment.katib.parameters import KatibParameter
from tests.unit.experiment.katib.katib_documents import PIPELINE


def called(name, *aliases):
    return KatibParameter(name=name, kind="double", low="0", high="1", aliases=aliases)


@pytest.mark.parametrize(
    ("parameter", "known"),
    [
        (called("depth"), "depth"),
        (called("--learning-rate"), "learning_rate"),
        (called("lr", "learningRate"), "learning_rate"),
        (called("lr"), None),
    ],
    ids=["the same", "dashes", "of the template", "unknown"],
)
def test_a_parameter_finds_its_pipeline_input(parameter, known):
    found = input_for(parameter, PIPELINE)

    assert (found and found.name) == known


def test_two_inputs_that_may_be_meant_are_a_doubt():
    twin = PipelineInput(name="learningrate", type=ParameterType.DOUBLE)
    pipeline = replace(PIPELINE, inputs=(*PIPELINE.inputs, twin))

    assert input_for(called("learning-rate"), pipeline) is None


def test_an_output_of_that_name_is_the_metric():
    assert metrics_for("Loss", PIPELINE) == ("train.loss",)


def test_any_other_name_may_be_a_key_of_a_metrics_artifact():
    assert metrics_for("auc", PIPELINE) == ("train.metrics.auc",)


def test_without_either_every_number_may_be_it():
    (train,) = PIPELINE.stages
    pipeline = replace(PIPELINE, stages=(replace(train, output_artifacts={}),))

    assert metrics_for("auc", pipeline) == ("train.loss", "train.epochs")
