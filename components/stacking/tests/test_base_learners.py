from pathlib import Path

import numpy as np
import pytest
from kfp import dsl
from sklearn.metrics import roc_auc_score

from components.stacking.base_learners import base_learners
from components.stacking.tables import write_table


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> tuple[dsl.Dataset, dsl.Dataset]:
    folder = tmp_path_factory.mktemp("tables")
    train_set, test_set = (dsl.Dataset(uri=str(folder / name)) for name in ("train", "test"))
    random = np.random.default_rng(0)
    for dataset, rows in ((train_set, 310), (test_set, 132)):
        features = random.normal(size=(rows, 6))
        labels = (features.sum(axis=1) + random.normal(size=rows) > 0).astype(int)
        write_table(dataset, features, labels)
    return train_set, test_set


def stacked(tables, folder: Path, **changes) -> tuple[dsl.Dataset, dsl.Dataset]:
    folder.mkdir(exist_ok=True)
    outputs = tuple(dsl.Dataset(uri=str(folder / name)) for name in ("train", "test"))
    choices = {
        "seed": 0,
        "boosting_rounds": 5,
        "extra_trees": 5,
        "boosting_rate": 0.2,
        "boosting_depth": 3,
        "forest_trees": 5,
        "forest_depth": 5,
        "histogram_rate": 0.2,
    }
    base_learners.python_func(*tables, *outputs, **(choices | changes))
    return outputs


def test_every_row_gets_a_probability_of_each_of_four_models(tables, tmp_path):
    for dataset, rows in zip(stacked(tables, tmp_path), (310, 132), strict=True):
        table = np.load(dataset.path)

        assert table["features"].shape == (rows, 4)
        assert ((table["features"] >= 0) & (table["features"] <= 1)).all()
        assert dataset.metadata == {"rows": rows, "columns": 4}


def test_labels_pass_through(tables, tmp_path):
    for before, after in zip(tables, stacked(tables, tmp_path), strict=True):
        np.testing.assert_array_equal(np.load(after.path)["labels"], np.load(before.path)["labels"])


def test_no_model_judges_rows_that_it_learned_from(tables, tmp_path):
    train_set, _ = stacked(tables, tmp_path, boosting_depth=50, boosting_rounds=60)
    table = np.load(train_set.path)

    by_model = [roc_auc_score(table["labels"], column) for column in table["features"].T]

    assert max(by_model) < 0.95
    assert min(by_model) > 0.6


def test_the_same_seed_gives_the_same_files(tables, tmp_path):
    first, second = stacked(tables, tmp_path / "1"), stacked(tables, tmp_path / "2")

    for one, other in zip(first, second, strict=True):
        assert Path(one.path).read_bytes() == Path(other.path).read_bytes()


@pytest.mark.parametrize(
    ("changes", "model"),
    [
        ({"extra_trees": 20}, 0),
        ({"boosting_rate": 0.9}, 1),
        ({"boosting_depth": 9}, 1),
        ({"forest_trees": 20}, 2),
        ({"forest_depth": 1}, 2),
        ({"histogram_rate": 0.9}, 3),
    ],
    ids=lambda value: "" if isinstance(value, int) else next(iter(value)),
)
def test_each_hyperparameter_moves_its_own_model_alone(tables, tmp_path, changes, model):
    usual, _ = stacked(tables, tmp_path / "1")
    other, _ = stacked(tables, tmp_path / "2", **changes)

    same = np.load(usual.path)["features"] == np.load(other.path)["features"]

    assert [column.all() for column in same.T] == [place != model for place in range(4)]
