import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.experiment.documents import check_document
from eeipu_kfp.experiment.launchers import WhenGone
from eeipu_kfp.launcher.form import KfpRun, document_of, text_of
from tests.unit.launcher.forms import FORM, NAME, RUN, filled

DNS_LABEL = re.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def spec_of(**fields):
    return document_of(filled(**fields), RUN)["spec"]


def test_a_form_is_a_sound_experiment_that_is_named_after_its_run():
    document = check_document(document_of(FORM, RUN))

    assert document.metadata.name == NAME
    assert document.metadata.labels == {"eeipu.dev/run-id": RUN.id}
    assert document.metadata.annotations == {"eeipu.dev/run-name": RUN.name}
    assert document.spec.pipeline.registered.name == "small"
    assert document.spec.budget.seconds == 600


def test_what_is_left_empty_is_not_asked_for():
    spec = spec_of()

    assert {"maxTrials", "stageTimeoutSeconds"}.isdisjoint(spec)
    assert spec["objective"].keys() == {"metric", "direction"}
    assert spec["cache"] == {"deletionPolicy": "Retain"}


def test_what_is_filled_in_is_asked_for():
    spec = spec_of(
        goal="0.9",
        max_trials=7,
        stage_timeout_seconds=60,
        cache_salt="2",
        cache_size_limit="10Gi",
        cache_deletion_policy="delete",
        direction=" minimize ",
    )

    assert (spec["maxTrials"], spec["stageTimeoutSeconds"]) == (7, 60)
    assert spec["objective"]["goal"] == "0.9"
    assert spec["objective"]["direction"] == "Minimize"
    assert spec["cache"] == {"salt": "2", "sizeLimit": "10Gi", "deletionPolicy": "Delete"}


def test_numbers_may_stand_without_quotes():
    uniform, logarithmic = (item["searchSpace"] for item in spec_of()["parameters"])

    assert uniform == {"uniform": {"min": "10", "max": "60", "step": "10"}}
    assert logarithmic == {"logUniform": {"min": "0.0001", "max": "1e-1"}}


def test_choices_of_every_kind_become_text():
    choices = ["adam", 3.0, 0.5, True, [1.0, "a"], {"deep": None}]
    parameters = [{"name": "x", "searchSpace": {"categorical": {"choices": choices}}}]

    (found,) = spec_of(parameters=parameters)["parameters"]

    told = found["searchSpace"]["categorical"]["choices"]
    assert told == ["adam", "3", "0.5", "true", '[1.0, "a"]', '{"deep": null}']


@pytest.mark.parametrize("choices", ["adam", None, {"a": 1}])
def test_choices_that_are_no_list_stay_what_they_are(choices):
    parameters = [{"name": "x", "searchSpace": {"categorical": {"choices": choices}}}]

    (found,) = spec_of(parameters=parameters)["parameters"]

    assert found["searchSpace"]["categorical"]["choices"] == choices


def test_fixed_arguments_become_text_by_name():
    arguments = {"data": "s3://b/d.csv", "rows": 20.0, "rate": 1e-05, "augment": False}

    assert spec_of(arguments=arguments)["arguments"] == [
        {"name": "data", "value": "s3://b/d.csv"},
        {"name": "rows", "value": "20"},
        {"name": "rate", "value": "1e-05"},
        {"name": "augment", "value": "false"},
    ]


@pytest.mark.parametrize("word", ["Delete", " delete", "DELETE"])
def test_what_becomes_of_the_experiment_may_be_written_in_any_case(word):
    assert filled(if_terminated=word).when_gone is WhenGone.DELETE


def test_what_becomes_of_the_experiment_may_be_unclear():
    assert filled(if_terminated="explode").when_gone is None


@given(st.text(max_size=120), st.uuids())
def test_any_run_has_a_name_that_kubernetes_takes(name, run_id):
    found = KfpRun(id=str(run_id), name=name).experiment

    assert DNS_LABEL.fullmatch(found)
    assert found.endswith(f"-{str(run_id)[:8]}")


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_is_the_same_text_whichever_kind_of_number_brings_it(number):
    assert text_of(number) == text_of(float(number)) == str(number)
