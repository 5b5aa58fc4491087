from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.documents import (
    check_document,
    dump,
    load_document,
    parse_document,
    to_yaml,
)
from eeipu_kfp.experiment.syntax import write_yaml
from tests.unit.experiment.bad_documents import BAD
from tests.unit.experiment.samples import ANYTHING, DOCUMENT, MISSING, edited, places


@pytest.mark.parametrize(("place", "value", "path", "words"), BAD.values(), ids=BAD)
def test_a_bad_document_is_refused_with_path_value_and_remedy(place, value, path, words):
    text = write_yaml(edited((place, value)))

    with pytest.raises(SpecError) as caught:
        parse_document(text)

    assert caught.value.path == path
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("apiVersion", "eeipu.dev/v1", '`apiVersion`: "eeipu.dev/v1" in x.yaml'),
        ("apiVersion", MISSING, "`apiVersion`: missing in x.yaml"),
        ("kind", "Experiment", '`kind`: "Experiment" in x.yaml, but must be `TuningExperiment`'),
        ("kind", MISSING, "`kind`: missing"),
    ],
)
def test_a_document_of_another_kind_is_told_that_and_nothing_else(place, value, words):
    document = edited((place, value), ("spec/budget", MISSING))

    with pytest.raises(SpecError) as caught:
        check_document(document, source="x.yaml")

    assert words in str(caught.value)
    assert "budget" not in str(caught.value)


def test_a_compiled_pipeline_is_told_apart_from_an_experiment():
    with pytest.raises(SpecError, match=r"compiled pipeline.*`eeipu init p.yaml`"):
        check_document({"pipelineInfo": {}, "root": {}, "schemaVersion": "2.1.0"}, source="p.yaml")


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "just words\n", "42\n"], ids=["list", "text", "number"]
)
def test_a_document_that_is_no_mapping_is_refused(text):
    with pytest.raises(SpecError, match="is no mapping"):
        parse_document(text)


def test_all_problems_are_reported_at_once_with_a_line_each():
    text = write_yaml(
        edited(("spec/budget/seconds", 0), ("spec/algoritm", {}), ("metadata/name", "A"))
    )

    with pytest.raises(SpecError) as caught:
        parse_document(text, source="x.yaml")

    heading, *lines = str(caught.value).splitlines()
    assert heading == "3 problems in x.yaml"
    assert [line.split(":")[0] for line in lines] == [
        "- `metadata.name`",
        "- `spec.budget.seconds`",
        "- `spec.algoritm`",
    ]


@settings(max_examples=300)
@given(st.sampled_from(sorted(places(DOCUMENT))), ANYTHING)
def test_whatever_stands_anywhere_is_either_sound_or_refused(place, value):
    with suppress(SpecError):
        assert check_document(edited((place, value))).kind == "TuningExperiment"


def test_a_sound_document_reads_with_every_field():
    document = check_document(DOCUMENT)

    assert document.metadata.namespace == "ml"
    assert document.spec.parameters[1].search_space.uniform.step == "2"
    assert document.spec.cache.deletion_policy == "Delete"
    assert document.spec.ttl_seconds_after_finished == 3600


def test_what_may_be_left_out_has_the_documented_default():
    optional = (
        *("arguments", "algorithm", "maxTrials", "parallelTrials", "maxFailedTrials"),
        *("stageTimeoutSeconds", "cache", "suspend", "ttlSecondsAfterFinished"),
    )
    spec = check_document(edited(*((f"spec/{field}", MISSING) for field in optional))).spec

    assert (spec.parallel_trials, spec.max_failed_trials, spec.max_trials) == (1, 5, None)
    assert (spec.algorithm.name, spec.algorithm.seed) == ("eeipu", 0)
    assert (spec.cache.salt, spec.cache.size_limit, spec.cache.store) == ("", None, None)
    assert (spec.arguments, spec.suspend) == ((), False)


def test_a_null_is_read_as_unset():
    document = check_document(edited(("spec/maxTrials", None), ("spec/parallelTrials", None)))

    assert (document.spec.max_trials, document.spec.parallel_trials) == (None, 1)


@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_means_the_same_with_and_without_quotes(number):
    place = "spec/objective/goal"

    assert check_document(edited((place, number))) == check_document(edited((place, str(number))))


def test_a_document_survives_being_written_and_read():
    document = check_document(DOCUMENT)

    assert parse_document(to_yaml(document)) == document
    assert dump(document)["spec"]["parameters"][0] == DOCUMENT["spec"]["parameters"][0]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_argument_survives_being_written_and_read(value):
    document = check_document(edited(("spec/arguments/0/value", value)))

    text = to_yaml(document)

    assert parse_document(text).spec.arguments[0].value == value


def test_only_what_was_written_is_written_again():
    document = check_document(edited(("spec/cache", {}), ("spec/algorithm", MISSING)))

    assert dump(document)["spec"]["cache"] == {}
    assert "algorithm" not in dump(document)["spec"]


def test_a_file_is_read(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(write_yaml(DOCUMENT), encoding="utf-8-sig")

    assert load_document(path) == load_document(str(path)) == check_document(DOCUMENT)


def test_a_missing_file_is_refused_with_its_path(tmp_path):
    with pytest.raises(SpecError, match=r"there is no file .*nowhere.yaml; correct the path"):
        load_document(tmp_path / "nowhere.yaml")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(SpecError, match="cannot be read: is a directory"):
        load_document(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x1f\x8b\x08\x00\xff\xfe", "is no text: byte 1 is not UTF-8"),
        (b"PK\x03\x04\x00", "not allowed in text"),
    ],
    ids=["no text", "UTF-8 by chance"],
)
def test_a_binary_file_is_refused(tmp_path, content, words):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)

    with pytest.raises(SpecError, match=words):
        load_document(path)
