import pytest

import eeipu_kfp
from eeipu_kfp import Categorical, Float, Int, tune
from eeipu_kfp.errors import SpecError
from tests.small_pipeline import small

SPACE = {
    "rows": Int(10, 60, step=10),
    "rate": Float(0.0, 1.0),
    "threshold": Float(0.1, 1.0, log=True),
}


def test_a_pipeline_function_is_tuned_in_one_call(tmp_path):
    result = tune(
        small,
        SPACE,
        objective="evaluate.metrics.score",
        budget_seconds=600,
        max_trials=2,
        directory=tmp_path,
        name="mine",
    )

    assert result.best is not None
    assert set(result.best.configuration) == set(SPACE)
    assert [trial["trial"] for trial in result.trials] == [1, 2]
    assert result.report == tmp_path / "mine/report.html"


def test_fixed_arguments_and_categories_of_any_type_reach_the_pipeline(tmp_path):
    result = tune(
        small,
        {"rows": Categorical((10, 20)), "mode": Categorical(("good", "fine"))},
        objective="train.Output",
        direction="Minimize",
        goal=0.9,
        budget_seconds=600,
        max_trials=3,
        arguments={"rate": 0.3, "threshold": 0.5},
        algorithm="random",
        directory=tmp_path,
    )

    assert {trial["configuration"]["rows"] for trial in result.trials} <= {10, 20}
    expected = min(1.0 - (t["configuration"]["rows"] - 40) ** 2 / 10000 for t in result.trials)
    assert result.best.objective == pytest.approx(expected)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"objective": "evaluate.nothing"}, "evaluate"),
        ({"budget_seconds": 0}, "budget"),
        ({"algorithm": "best"}, "eeipu"),
    ],
    ids=["metric", "budget", "algorithm"],
)
def test_bad_arguments_are_named_and_nothing_is_written(tmp_path, changes, words):
    settings = {"objective": "train.Output", "budget_seconds": 60, **changes}

    with pytest.raises(SpecError, match=words):
        tune(small, SPACE, directory=tmp_path / "runs", **settings)

    assert not (tmp_path / "runs").exists()


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        _ = eeipu_kfp.nonsense
