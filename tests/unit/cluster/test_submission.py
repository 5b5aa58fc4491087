import pytest
import yaml

from eeipu_kfp.cluster import submission
from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.documents import load_document
from tests.small_pipeline import EXPERIMENT, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("experiment")
    write(found)
    return found


@pytest.fixture
def submitted(folder):
    """Submit the experiment with some words replaced."""

    def submit(*changes, config_map=None):
        text = EXPERIMENT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = folder / "experiment.yaml"
        file.write_text(text)
        return submission.read_submission(
            load_document(file), base=folder, namespace="team", config_map=lambda _: config_map
        )

    return submit


def test_the_file_of_the_pipeline_travels_inside(submitted, folder):
    found = submitted()

    assert found.name == "small"
    assert found.document["metadata"] == {"name": "small", "namespace": "team"}
    assert list(found.document["spec"]["pipeline"]) == ["inline"]
    inside = load_pipeline(found.document["spec"]["pipeline"]["inline"])
    assert inside.ir == load_pipeline(folder / "pipeline.yaml").ir
    assert found.document["spec"]["maxTrials"] == 4


def test_a_pipeline_function_is_compiled(submitted):
    found = submitted(("{path: pipeline.yaml}", "{function: 'tests.small_pipeline:small'}"))

    assert "evaluate" in found.document["spec"]["pipeline"]["inline"]


def test_what_does_not_fit_the_pipeline_is_said_all_at_once(submitted):
    with pytest.raises(SpecError, match="2 problems"):
        submitted(("name: rate", "name: rat"), ("evaluate.metrics.score", "evaluate.nothing"))


def test_a_store_of_this_machine_is_left_out_with_a_note(submitted):
    found = submitted(("  maxTrials: 4", "  cache: {salt: a, store: {directory: {path: here}}}"))

    assert found.document["spec"]["cache"] == {"salt": "a"}
    assert any("cache.store is left out" in note for note in found.notes)


def test_a_config_map_is_checked_and_stays_a_reference(submitted, folder):
    reference = ("{path: pipeline.yaml}", "{configMapRef: {name: pipelines, key: small.yaml}}")
    text = (folder / "pipeline.yaml").read_text()

    found = submitted(reference, config_map=text)

    assert list(found.document["spec"]["pipeline"]) == ["configMapRef"]
    with pytest.raises(SpecError):
        submitted(reference, ("name: rate", "name: rat"), config_map=text)


@pytest.mark.parametrize(
    "source",
    ["{configMapRef: {name: a, key: b}}", "{registered: {name: a, version: b}}"],
    ids=["config map", "registered"],
)
def test_what_cannot_be_read_from_here_is_said_to_be_unchecked(submitted, source):
    found = submitted(("{path: pipeline.yaml}", source))

    assert found.notes == ("the pipeline is read on the cluster, so stages were not checked here",)


def test_a_pipeline_that_is_too_large_is_refused_with_the_way_out(submitted, monkeypatch):
    monkeypatch.setattr(submission, "LARGEST_PIPELINE_BYTES", 1000)

    with pytest.raises(SpecError, match="holds 1000") as caught:
        submitted()

    assert "configMapRef" in caught.value.hint


def test_images_by_tag_are_noted_and_images_by_digest_are_not(submitted, folder):
    assert any("`python:3.11-slim`" in note for note in submitted().notes)

    text = yaml.safe_dump(yaml.safe_load((folder / "pipeline.yaml").read_text()))
    fixed = text.replace("python:3.11-slim", f"python@sha256:{'0' * 64}")
    (folder / "fixed.yaml").write_text(fixed)

    assert submitted(("pipeline.yaml", "fixed.yaml")).notes == ()
