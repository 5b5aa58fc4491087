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
from tests.unit.experiment.samples import ANYTHING, DOCUMENT, MISSING, edited, places

SPACE = "spec/parameters/0/searchSpace"
SPACE_PATH = "spec.parameters[0].searchSpace"
MONEY = {"amount": "5", "prices": [{"name": "evaluate", "perHour": "2.5"}]}
S3 = "spec/cache/store/s3"

BAD = {
    "budget missing": ("spec/budget", MISSING, "spec.budget", ["missing", "add it: budget is"]),
    "budget empty": ("spec/budget", {}, "spec.budget", ["empty", "one of `seconds`, `money`"]),
    "budget without an amount": (
        "spec/budget",
        {"counts": "Compute"},
        "spec.budget",
        ["one of `seconds`, `money`"],
    ),
    "budget of two kinds": (
        "spec/budget/money",
        MONEY,
        "spec.budget",
        ["`seconds`, `money` exclude each other"],
    ),
    "budget counts something else": (
        "spec/budget/counts",
        "Everything",
        "spec.budget.counts",
        ['"Everything" is not allowed', "`Compute`, `ComputeAndOverhead`"],
    ),
    "money without prices": (
        "spec/budget",
        {"money": {"amount": "5"}},
        "spec.budget.money.prices",
        ["missing", "add it: prices are"],
    ),
    "price given twice": (
        "spec/budget",
        {"money": {"amount": "5", "prices": 2 * MONEY["prices"]}},
        "spec.budget.money.prices[1].name",
        ["`evaluate` stands under [0] already"],
    ),
    "price no number": (
        "spec/budget",
        {"money": {"amount": "5", "prices": [{"name": "evaluate", "perHour": "2 EUR"}]}},
        "spec.budget.money.prices[0].perHour",
        ['"2 EUR" is not of the form allowed'],
    ),
    "currency a sign": (
        "spec/budget",
        {"money": {**MONEY, "currency": "€"}},
        "spec.budget.money.currency",
        ["write a word such as `EUR`"],
    ),
    "budget negative": (
        "spec/budget/seconds",
        -5,
        "spec.budget.seconds",
        ["-5 is below", "write 1"],
    ),
    "budget zero": ("spec/budget/seconds", 0, "spec.budget.seconds", ["0 is below", "write 1"]),
    "budget too large": (
        "spec/budget/seconds",
        10**12,
        "spec.budget.seconds",
        ["is above", "less"],
    ),
    "budget with a fraction": (
        "spec/budget/seconds",
        0.5,
        "spec.budget.seconds",
        ["0.5 is no whole"],
    ),
    "budget in quotes": ("spec/budget/seconds", "60", "spec.budget.seconds", ["without quotes"]),
    "budget true": (
        "spec/budget/seconds",
        True,
        "spec.budget.seconds",
        ["true is no whole number"],
    ),
    "budget no mapping": ("spec/budget", 600, "spec.budget", ["600 is no mapping"]),
    "budget null": ("spec/budget", None, "spec.budget", ["missing"]),
    "unknown field": (
        "spec/budgets",
        {},
        "spec.budgets",
        ["no such field", "did you mean `budget`?"],
    ),
    "field of another case": ("spec/maxtrials", 3, "spec.maxtrials", ["did you mean `maxTrials`?"]),
    "field in Python's spelling": ("spec/max_trials", 3, "spec.max_trials", ["`maxTrials`?"]),
    "unknown field far from all": (
        "spec/budget/xyz",
        1,
        "spec.budget.xyz",
        ["known are `seconds`"],
    ),
    "unknown field on top": ("status", {}, "status", ["no such field"]),
    "no spec": ("spec", MISSING, "spec", ["missing"]),
    "no metadata": ("metadata", MISSING, "metadata", ["missing"]),
    "name no DNS label": ("metadata/name", "Demo_1", "metadata.name", ['"Demo_1"', "lower-case"]),
    "name too long": ("metadata/name", "a" * 64, "metadata.name", ["length 64", "63"]),
    "label no text": (
        "metadata/labels",
        {"a": 1},
        "metadata.labels.a",
        ['write it in quotes, `"1"`'],
    ),
    "labels no mapping": ("metadata/labels", "a", "metadata.labels", ['"a" is no mapping']),
    "no pipeline": (
        "spec/pipeline",
        {},
        "spec.pipeline",
        ["empty", "exactly one of `path`, `function`"],
    ),
    "two pipelines": (
        "spec/pipeline/inline",
        "x",
        "spec.pipeline",
        ["`path`, `inline` exclude each other", "exactly one"],
    ),
    "pipeline path empty": ("spec/pipeline/path", "", "spec.pipeline.path", ['"" is empty']),
    "function without a module": (
        "spec/pipeline",
        {"function": "train"},
        "spec.pipeline.function",
        ['"train"', "write `module:name`"],
    ),
    "registered without version": (
        "spec/pipeline",
        {"registered": {"name": "p"}},
        "spec.pipeline.registered.version",
        ["missing"],
    ),
    "no objective": ("spec/objective", MISSING, "spec.objective", ["missing"]),
    "no direction": (
        "spec/objective/direction",
        MISSING,
        "spec.objective.direction",
        ["`Maximize`"],
    ),
    "direction misspelt": (
        "spec/objective/direction",
        "maximise",
        "spec.objective.direction",
        ['"maximise" is not allowed', "did you mean `Maximize`?"],
    ),
    "metric of one part": (
        "spec/objective/metric",
        "auroc",
        "spec.objective.metric",
        ['"auroc"', "`stage.output` or `stage.artifact.key`"],
    ),
    "goal without quotes": (
        "spec/objective/goal",
        0.99,
        "spec.objective.goal",
        ["0.99 is written without quotes", 'write it in quotes, `"0.99"`'],
    ),
    "goal infinite": ("spec/objective/goal", "inf", "spec.objective.goal", ["finite number"]),
    "no parameters": ("spec/parameters", MISSING, "spec.parameters", ["missing"]),
    "parameters empty": ("spec/parameters", [], "spec.parameters", ["[] is empty"]),
    "parameters no list": ("spec/parameters", "rate", "spec.parameters", ['"rate" is no list']),
    "parameter twice": (
        "spec/parameters/2/name",
        "rate",
        "spec.parameters[2].name",
        ["`rate` stands under [0] already", "remove one"],
    ),
    "argument twice": (
        "spec/arguments/1/name",
        "data",
        "spec.arguments[1].name",
        ["`data` stands under [0] already"],
    ),
    "search space empty": (
        SPACE,
        {},
        SPACE_PATH,
        ["empty", "`uniform`, `logUniform`, `categorical`"],
    ),
    "search space twice": (
        SPACE,
        {"uniform": {"min": 1, "max": 2}, "boolean": {}},
        SPACE_PATH,
        ["`uniform`, `boolean` exclude each other"],
    ),
    "search space unknown": (
        SPACE,
        {"loguniform": {"min": 1, "max": 2}},
        f"{SPACE_PATH}.loguniform",
        ["did you mean `logUniform`?"],
    ),
    "bound without quotes": (
        f"{SPACE}/logUniform/min",
        1e-4,
        f"{SPACE_PATH}.logUniform.min",
        ['write it in quotes, `"0.0001"`', "Kubernetes"],
    ),
    "bound not a number": (
        f"{SPACE}/logUniform/min",
        "nan",
        f"{SPACE_PATH}.logUniform.min",
        ["finite"],
    ),
    "bound infinite": (
        f"{SPACE}/logUniform/max",
        ".inf",
        f"{SPACE_PATH}.logUniform.max",
        ["finite"],
    ),
    "bound true": (
        f"{SPACE}/logUniform/max",
        True,
        f"{SPACE_PATH}.logUniform.max",
        ["true is no text"],
    ),
    "bound a list": (f"{SPACE}/logUniform/max", [1], f"{SPACE_PATH}.logUniform.max", ["one value"]),
    "bound missing": (
        f"{SPACE}/logUniform/max",
        MISSING,
        f"{SPACE_PATH}.logUniform.max",
        ["missing"],
    ),
    "step on a logarithmic range": (
        f"{SPACE}/logUniform/step",
        1,
        f"{SPACE_PATH}.logUniform.step",
        ["no such field", "known are `min`, `max`"],
    ),
    "choices empty": (
        SPACE,
        {"categorical": {"choices": []}},
        f"{SPACE_PATH}.categorical.choices",
        ["is empty"],
    ),
    "choice a bare word for true": (
        SPACE,
        {"categorical": {"choices": [True]}},
        f"{SPACE_PATH}.categorical.choices[0]",
        ['write it in quotes, `"true"`'],
    ),
    "algorithm unknown": (
        "spec/algorithm/name",
        "eipu",
        "spec.algorithm.name",
        ['"eipu" is not allowed', "did you mean `eeipu`?"],
    ),
    "seed negative": ("spec/algorithm/seed", -1, "spec.algorithm.seed", ["-1 is below", "0"]),
    "no trial at all": ("spec/maxTrials", 0, "spec.maxTrials", ["0 is below"]),
    "no trial at once": ("spec/parallelTrials", 0, "spec.parallelTrials", ["0 is below"]),
    "suspend a word": ("spec/suspend", "later", "spec.suspend", ["neither true nor false"]),
    "size of unknown unit": ("spec/cache/sizeLimit", "10GB", "spec.cache.sizeLimit", ['"10Gi"']),
    "store empty": ("spec/cache/store", {}, "spec.cache.store", ["`directory`, `s3`"]),
    "endpoint no URL": (
        f"{S3}/endpoint",
        "minio",
        "spec.cache.store.s3.endpoint",
        ["http://minio"],
    ),
    "deletion policy unknown": (
        "spec/cache/deletionPolicy",
        "delete",
        "spec.cache.deletionPolicy",
        ['"delete" is not allowed', "did you mean `Delete`?"],
    ),
    "bucket with capitals": (
        f"{S3}/bucket",
        "Tuning",
        "spec.cache.store.s3.bucket",
        ["lower-case"],
    ),
}


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
