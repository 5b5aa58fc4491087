import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kfp import dsl
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from components.stacking.meta_learner import (
    area_under_roc,
    fit_logistic,
    mean_log_loss,
    meta_learner,
)
from components.stacking.tables import write_table

judged_rows = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=30).filter(
    lambda rows: len({label for label, _ in rows}) == 2
)


@given(judged_rows)
def test_area_and_loss_are_those_of_scikit_learn(rows):
    labels = np.array([int(label) for label, _ in rows])
    scores = np.array([(score + 1) / 10 for _, score in rows])

    assert area_under_roc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    assert mean_log_loss(labels, scores) == pytest.approx(log_loss(labels, scores))


@pytest.mark.parametrize("inverse_penalty", [0.1, 1.0, 10.0])
def test_the_fit_is_that_of_scikit_learn(inverse_penalty):
    random = np.random.default_rng(0)
    features = random.random((200, 4))
    labels = (features @ [3, 1, 0, -1] + random.normal(size=200) > 1.5).astype(int)
    inputs = np.column_stack([np.ones(200), features])

    weights = fit_logistic(inputs, labels, inverse_penalty, 1e-9, 10_000)

    reference = LogisticRegression(C=inverse_penalty, tol=1e-9, max_iter=1000).fit(features, labels)
    expected = [*reference.intercept_, *reference.coef_[0]]
    np.testing.assert_allclose(weights, expected, atol=1e-4)


def test_separable_classes_keep_the_weights_finite():
    inputs = np.column_stack([np.ones(10), np.repeat([0.0, 1.0], 5)])

    weights = fit_logistic(inputs, np.repeat([0, 1], 5), 10.0, 1e-5, 300)

    assert np.isfinite(weights).all()


def judged(folder, **changes) -> dict[str, float]:
    random = np.random.default_rng(1)
    tables = [dsl.Dataset(uri=str(folder / name)) for name in ("train", "test")]
    for dataset in tables:
        labels = random.integers(0, 2, size=100)
        write_table(dataset, labels[:, None] * 0.3 + random.random((100, 4)), labels)
    metrics = dsl.Metrics(uri=str(folder / "metrics"))
    choices = {"meta_c": 1.0, "meta_tol": 1e-4, "meta_max_iter": 100}
    meta_learner.python_func(*tables, metrics, **(choices | changes))
    return metrics.metadata


def test_a_useful_stack_beats_chance(tmp_path):
    metrics = judged(tmp_path)

    assert 0.75 < metrics["auroc"] < 1
    assert metrics["accuracy"] > 0.65
    assert metrics["log_loss"] < np.log(2)


@pytest.mark.parametrize(
    "changes",
    [{"meta_c": 0.1}, {"meta_tol": 1e-2}, {"meta_max_iter": 2}],
    ids=["meta_c", "meta_tol", "meta_max_iter"],
)
def test_each_hyperparameter_matters(tmp_path, changes):
    assert judged(tmp_path, **changes)["log_loss"] != judged(tmp_path)["log_loss"]
