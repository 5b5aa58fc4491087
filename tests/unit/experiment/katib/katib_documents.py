"""A Katib experiment, a pipeline that can take its place, and a way to change the former."""

from copy import deepcopy

import yaml

from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput, Stage


def parameter(name, kind="double", **space):
    return {"name": name, "parameterType": kind, "feasibleSpace": space}


KATIB = {
    "apiVersion": "kubeflow.org/v1beta1",
    "kind": "Experiment",
    "metadata": {"name": "digits", "namespace": "team-a"},
    "spec": {
        "objective": {"type": "minimize", "goal": 0.05, "objectiveMetricName": "loss"},
        "algorithm": {"algorithmName": "tpe"},
        "parallelTrialCount": 2,
        "maxTrialCount": 30,
        "maxFailedTrialCount": 4,
        "parameters": [
            parameter("rate", min="0.001", max="0.1", distribution="logUniform"),
            parameter("depth", "int", min="2", max="9"),
        ],
        "trialTemplate": {
            "trialParameters": [{"name": "learningRate", "reference": "rate"}],
            "trialSpec": {"spec": {"containers": [{"image": "registry/train:1"}]}},
        },
    },
}

PIPELINE = Pipeline(
    name="digits",
    inputs=(
        PipelineInput(name="learning_rate", type=ParameterType.DOUBLE),
        PipelineInput(name="depth", type=ParameterType.INTEGER),
    ),
    stages=(
        Stage(
            name="train",
            reads=("learning_rate", "depth"),
            upstream=(),
            output_parameters={"loss": ParameterType.DOUBLE, "epochs": ParameterType.INTEGER},
            output_artifacts={"metrics": "system.Metrics"},
        ),
    ),
)


def katib(**spec):
    """The text of the experiment with some fields of its spec replaced; None removes one."""
    document = deepcopy(KATIB)
    document["spec"].update(spec)
    document["spec"] = {
        name: value for name, value in document["spec"].items() if value is not None
    }
    return yaml.safe_dump(document)
