import pytest

from eeipu_kfp.cli.explaining import explain
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.local.opening import open_experiment


@pytest.fixture
def opened(folder):
    return open_experiment(folder / "experiment.yaml", folder / "runs")


def test_an_empty_cache_has_no_nearest_entry(opened):
    said = explain(opened, "train", None, ())

    assert said.endswith("is not cached: no entry of this stage is kept")
    assert "rows=20, rate=0.1, threshold=0.4" in said


def test_changes_are_read_by_the_type_of_their_parameter(opened):
    said = explain(opened, "train", None, ("rows=31", "rate=1"))

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
def test_a_question_about_nothing_is_an_error(opened, stage, trial, changes, words):
    with pytest.raises(InvalidValueError, match=words):
        explain(opened, stage, trial, changes)
