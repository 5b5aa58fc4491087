from dataclasses import replace

import pytest

from eeipu_kfp.core.space import Float, Int
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import dump, parse_document
from eeipu_kfp.experiment.katib.documents import read_katib
from eeipu_kfp.experiment.katib.template import write_converted
from tests.unit.experiment.katib.katib_documents import PIPELINE, katib, parameter


def converted(pipeline=None, source="", **spec):
    return write_converted(read_katib(katib(**spec), source="katib.yaml"), pipeline, source=source)


def test_with_its_pipeline_it_can_be_run_as_it_is():
    text = converted(PIPELINE, "pipeline.yaml")

    found = resolve(parse_document(text), PIPELINE)

    assert dict(found.space) == {"learning_rate": Float(0.001, 0.1, log=True), "depth": Int(2, 9)}
    assert (found.objective.metric, found.objective.goal) == ("train.loss", 0.05)
    assert (found.max_trials, found.parallel_trials, found.max_failed_trials) == (30, 2, 4)
    assert text.count("TODO") == 2  # the heading, and the budget


def test_without_a_pipeline_it_is_sound_and_says_what_to_settle():
    text = converted()

    document = dump(parse_document(text))

    assert document["metadata"] == {"name": "digits", "namespace": "team-a"}
    assert document["spec"]["objective"]["metric"] == "<stage>.loss"
    assert [each["name"] for each in document["spec"]["parameters"]] == ["rate", "depth"]
    assert text.count("TODO:") == 4


def test_what_is_not_carried_over_stands_at_the_end():
    text = converted()

    assert "# Not carried over:\n# - trialTemplate: a trial is a run" in text
    assert "`registry/train:1`" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_parameter_with_one_value_becomes_an_argument():
    parameters = [parameter("rate", min="0.1", max="1"), parameter("depth", "int", min=1, max=1)]

    spec = dump(parse_document(converted(parameters=parameters)))["spec"]

    assert spec["arguments"] == [{"name": "depth", "value": "1"}]


def test_an_unknown_name_is_left_with_the_names_there_are():
    text = converted(PIPELINE, "p.yaml", parameters=[parameter("width", min="1", max="2")])

    assert "TODO: the pipeline has no such input, but learning_rate, depth" in text
    assert "- name: width" in text


def test_several_metrics_are_offered():
    (train,) = PIPELINE.stages
    twice = replace(PIPELINE, stages=(train, replace(train, name="test")))

    text = converted(twice, "p.yaml")

    assert "It may be one of train.loss, test.loss." in text
    assert "metric: <stage>.loss" in text


@pytest.mark.parametrize("name", ["valid_1 auc", "v1.auc"])
def test_a_metric_with_any_letters_makes_a_sound_document(name):
    objective = {"type": "maximize", "objectiveMetricName": name}

    document = parse_document(converted(objective=objective))

    assert document.spec.objective.metric == f"<stage>.<artifact>.{name}"


def test_a_change_of_a_space_is_said_beside_it():
    parameters = [parameter("rate", min="0", max="1", distribution="normal")]

    text = converted(parameters=parameters)

    assert "  # normal became uniform over the same bounds\n  - name: rate" in text
