import json

import pytest

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.katib.documents import read_katib
from tests.unit.experiment.katib.katib_documents import KATIB, katib, parameter


def read(text):
    return read_katib(text, source="katib.yaml")


def test_objective_limits_and_identity_are_carried_over():
    found = read(katib())

    assert (found.name, found.namespace) == ("digits", "team-a")
    assert (found.metric, found.direction, found.goal) == ("loss", Direction.MINIMIZE, "0.05")
    assert (found.max_trials, found.parallel_trials, found.max_failed_trials) == (30, 2, 4)
    assert [each.name for each in found.parameters] == ["rate", "depth"]
    assert found.parameters[0].aliases == ("learningRate",)


def test_what_katib_would_fill_in_is_filled_in():
    found = read(katib(parallelTrialCount=None, maxTrialCount=None, maxFailedTrialCount=None))

    assert (found.parallel_trials, found.max_trials, found.max_failed_trials) == (3, None, None)


def test_no_more_trials_run_at_once_or_warm_up_than_there_may_be():
    settings = [{"name": "n_startup_trials", "value": "5"}]
    algorithm = {"algorithmName": "tpe", "algorithmSettings": settings}

    found = read(katib(parallelTrialCount=5, maxTrialCount=2, algorithm=algorithm))

    assert (found.parallel_trials, found.warm_up_trials) == (2, 2)


def test_no_failure_allowed_means_the_first_one_ends_it():
    assert read(katib(maxFailedTrialCount=0)).max_failed_trials == 1


@pytest.mark.parametrize(
    ("name", "ours"), [("random", "random"), ("tpe", "eeipu"), ("a-new-one", "eeipu")]
)
def test_random_stays_random_and_all_else_becomes_eeipu(name, ours):
    assert read(katib(algorithm={"algorithmName": name})).algorithm == ours


def test_a_seed_and_a_warm_up_are_carried_over():
    settings = [
        {"name": "random_state", "value": "10"},
        {"name": "n_startup_trials", "value": "5"},
        {"name": "gamma", "value": "1"},
    ]

    found = read(katib(algorithm={"algorithmName": "tpe", "algorithmSettings": settings}))

    assert (found.seed, found.warm_up_trials) == (10, 5)
    assert any("algorithmSettings gamma:" in remark for remark in found.remarks)


def test_the_spec_alone_is_read_as_json():
    assert read(json.dumps(KATIB["spec"])).name == "experiment"


def test_all_that_is_wrong_is_said_at_once():
    parameters = [
        parameter("rate", min="0.1", max="nan"),
        parameter("depth", "whole", min="1", max="2"),
        parameter("kernel", "categorical"),
    ]
    text = katib(objective={"type": "best"}, parameters=parameters)

    with pytest.raises(SpecError) as caught:
        read(text)

    assert "5 problems in katib.yaml" in caught.value.message
    for path in (
        "spec.objective.type",
        "spec.objective.objectiveMetricName",
        "spec.parameters[0].feasibleSpace.max",
        "spec.parameters[1].parameterType",
        "spec.parameters[2].feasibleSpace.list",
    ):
        assert f"`{path}`" in caught.value.message


def test_a_search_of_architectures_cannot_be_carried_over():
    with pytest.raises(SpecError, match="architectures"):
        read(katib(parameters=None, nasConfig={"graphConfig": {"numLayers": 1}}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: Job\napiVersion: batch/v1", "not a Katib Experiment"),
        ("[1, 2]", "is no mapping"),
        (katib(parameters="rate"), "no list of mappings"),
        (katib(objective=[1]), "no mapping"),
        (katib(parameters=None), "`spec.parameters`: missing"),
    ],
    ids=["another kind", "a list", "parameters", "objective", "nothing to tune"],
)
def test_what_is_no_katib_experiment_is_refused(text, said):
    with pytest.raises(SpecError, match=said):
        read(text)
