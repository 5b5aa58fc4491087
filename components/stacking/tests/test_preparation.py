from pathlib import Path

import numpy as np
import pytest
from kfp import dsl

from components.stacking.preparation import (
    draw_test_rows,
    encode_column,
    fill_gaps,
    load_csv,
    load_default,
    multiply,
    prepare,
    rotate,
    scale,
)

CSV = "age,town,label\n30,Bonn,no\n,Ulm,yes\n50,Bonn,yes\n"


def prepared(folder: Path, **changes) -> tuple[dsl.Dataset, dsl.Dataset, tuple[int, int]]:
    folder.mkdir(exist_ok=True)
    train_set, test_set = (dsl.Dataset(uri=str(folder / name)) for name in ("train", "test"))
    choices = {
        "data": "",
        "label": "label",
        "test_share": 0.3,
        "seed": 0,
        "scaler": "standard",
        "interactions": False,
        "component_share": 1.0,
    }
    shape = prepare.python_func(train_set=train_set, test_set=test_set, **(choices | changes))
    return train_set, test_set, shape


def test_the_default_data_are_the_diabetes_patients_of_scikit_learn():
    from sklearn.datasets import load_diabetes

    features, labels = load_default()

    expected, progression = load_diabetes(return_X_y=True, scaled=False)
    np.testing.assert_array_equal(features, expected)
    np.testing.assert_array_equal(labels, progression > np.median(progression))


def test_without_scikit_learn_the_default_data_are_said_to_be_missing(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(ValueError, match="which is not installed"):
        load_default()


@pytest.mark.parametrize("as_uri", [False, True], ids=["path", "uri"])
def test_a_csv_file_is_read_by_path_and_by_uri(tmp_path, as_uri):
    file = tmp_path / "people.csv"
    file.write_text(CSV)

    features, labels = load_csv(file.as_uri() if as_uri else str(file), "label")

    np.testing.assert_array_equal(features, [[30, 0], [np.nan, 1], [50, 0]])
    np.testing.assert_array_equal(labels, [0, 1, 1])


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("income", r"'income' is none of the columns \['age', 'label', 'town'\]"),
        ("age", "3 values"),
    ],
    ids=["no such column", "more than two values"],
)
def test_a_label_that_cannot_be_predicted_is_refused(tmp_path, label, message):
    file = tmp_path / "people.csv"
    file.write_text(CSV)

    with pytest.raises(ValueError, match=message):
        load_csv(str(file), label)


def test_an_empty_cell_is_a_gap_and_no_category():
    np.testing.assert_array_equal(encode_column(["b", " ", "a"]), [1, np.nan, 0])


def test_test_rows_keep_the_classes_in_proportion():
    labels = np.repeat([0, 1], [100, 20])

    chosen = draw_test_rows(labels, 0.25, seed=3)

    assert chosen[labels == 0].sum() == 25
    assert chosen[labels == 1].sum() == 5


def test_gaps_take_the_median_of_the_training_rows():
    features = np.array([[1.0], [3.0], [100.0], [np.nan]])
    train = np.array([True, True, False, False])

    assert fill_gaps(features, train)[3, 0] == 2


def test_a_constant_feature_survives_every_scaler():
    features = np.ones((4, 1))
    train = np.array([True, True, True, False])

    for scaler in ("none", "standard", "quantile"):
        assert np.isfinite(scale(features, train, scaler)).all()


def test_quantiles_are_ranks_among_the_training_rows():
    features = np.array([[10.0], [20.0], [15.0]])
    train = np.array([True, True, False])

    np.testing.assert_array_equal(scale(features, train, "quantile"), [[0], [0.5], [0.5]])


@pytest.mark.parametrize(
    "learned",
    [
        lambda features, train: scale(features, train, "standard"),
        lambda features, train: scale(features, train, "quantile"),
        lambda features, train: rotate(features, train, 1.0),
        fill_gaps,
    ],
    ids=["standard", "quantile", "rotation", "medians"],
)
def test_nothing_is_learned_from_test_rows(learned):
    features = np.random.default_rng(0).normal(size=(12, 2))
    features[0, 0] = np.nan if learned is fill_gaps else 0
    train = np.arange(12) < 8
    others = np.where(train[:, None], features, 1000)

    np.testing.assert_array_equal(learned(features, train)[train], learned(others, train)[train])


def test_an_unknown_scaler_is_refused():
    with pytest.raises(ValueError, match="'robust' is none of"):
        scale(np.ones((2, 1)), np.array([True, True]), "robust")


def test_interactions_are_all_products_of_two_features():
    np.testing.assert_array_equal(multiply(np.array([[2.0, 3.0]])), [[2, 3, 4, 6, 9]])


def test_all_components_together_keep_the_distances_between_rows():
    features = np.random.default_rng(0).normal(size=(20, 3))

    rotated = rotate(features, np.ones(20, dtype=bool), 1.0)

    before, after = (np.linalg.norm(f - f[0], axis=1) for f in (features, rotated))
    np.testing.assert_allclose(after, before)


def test_a_share_near_zero_still_keeps_one_component():
    assert rotate(np.eye(3), np.ones(3, dtype=bool), 0.01).shape == (3, 1)


def test_the_same_seed_gives_the_same_files(tmp_path):
    first, second = prepared(tmp_path / "1"), prepared(tmp_path / "2")

    for one, other in zip(first[:2], second[:2], strict=True):
        assert Path(one.path).read_bytes() == Path(other.path).read_bytes()


def test_the_tables_bear_their_size(tmp_path):
    train_set, test_set, shape = prepared(tmp_path, interactions=True, component_share=0.2)

    assert shape == (310, 13)
    assert train_set.metadata == {"rows": 310, "columns": 13}
    assert test_set.metadata == {"rows": 132, "columns": 13}
    table = np.load(test_set.path)
    assert table["features"].shape == (132, 13)
    assert table["labels"].shape == (132,)


@pytest.mark.parametrize(
    "changes",
    [{"scaler": "quantile"}, {"interactions": True}, {"component_share": 0.5}, {"seed": 1}],
    ids=["scaler", "interactions", "component_share", "seed"],
)
def test_each_choice_changes_what_the_next_stage_learns_from(tmp_path, changes):
    usual, other = prepared(tmp_path / "1"), prepared(tmp_path / "2", **changes)

    assert Path(usual[0].path).read_bytes() != Path(other[0].path).read_bytes()
