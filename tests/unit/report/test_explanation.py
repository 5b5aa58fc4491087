from types import SimpleNamespace

import pytest

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.history import History
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import load_document
from eeipu_kfp.report.explanation import Explainer
from tests.small_pipeline import write


@pytest.fixture
def explainer(tmp_path):
    document = load_document(write(tmp_path))
    pipeline = load_pipeline(tmp_path / "pipeline.yaml")
    experiment = resolve(document, pipeline.shape)
    return Explainer(
        experiment=experiment,
        pipeline=pipeline,
        history=History(objective=experiment.objective),
        cache=Cache(MemoryStore(), SimpleNamespace(now=lambda: 0.0)),
    )


def test_an_empty_cache_has_no_nearest_entry(explainer):
    said = explainer.explain("train", None, ())

    assert said.endswith("is not cached: no entry of this stage is kept")
    assert "rows=20, rate=0.1, threshold=0.4" in said


def test_changes_are_read_by_the_type_of_their_parameter(explainer):
    said = explainer.explain("train", None, ("rows=31", "rate=1"))

    assert "rows=30, rate=1" in said


@pytest.mark.parametrize(
    ("stage", "trial", "changes", "words"),
    [
        ("tran", None, (), "stages are prepare, train, evaluate"),
        ("train", 9, (), "no trial 9"),
        ("train", None, ("speed=1",), "sets none of the tuned parameters rows, rate, threshold"),
        ("train", None, ("rate",), "sets none"),
        ("train", None, ("rate=fast",), "no number"),
    ],
    ids=["stage", "trial", "parameter", "form", "value"],
)
def test_a_question_about_nothing_is_an_error(explainer, stage, trial, changes, words):
    with pytest.raises(InvalidValueError, match=words):
        explainer.explain(stage, trial, changes)
