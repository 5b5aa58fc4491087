"""The second stage: four tree ensembles, whose opinions become the features of the third."""

from typing import TYPE_CHECKING, Any

from kfp import dsl

from components.stacking.image import IMAGE
from components.stacking.tables import write_table

if TYPE_CHECKING:
    import numpy as np


def opinions(
    model: Any, train: "dict[str, np.ndarray]", test: "dict[str, np.ndarray]", seed: int
) -> "tuple[np.ndarray, np.ndarray]":
    """Let one model judge the rows that it has not learned from.

    Args:
        model: A classifier of scikit-learn.
        train: `features` (n x k) and `labels` (n).
        test: The same for m rows.
        seed: Deals the training rows to three folds.

    Returns:
        Probabilities of the positive class: n out-of-fold ones, then m of the test rows.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    features, labels = train["features"], train["labels"]
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    held_out = cross_val_predict(model, features, labels, cv=folds, method="predict_proba")
    fitted = model.fit(features, labels)
    return held_out[:, 1], fitted.predict_proba(test["features"])[:, 1]


@dsl.component(
    base_image=IMAGE,
    install_kfp_package=False,
    packages_to_install=[],
    additional_funcs=[opinions, write_table],
)
def base_learners(
    train_set: dsl.Input[dsl.Dataset],
    test_set: dsl.Input[dsl.Dataset],
    stacked_train_set: dsl.Output[dsl.Dataset],
    stacked_test_set: dsl.Output[dsl.Dataset],
    seed: int,
    boosting_rounds: int,
    extra_trees: int,
    boosting_rate: float,
    boosting_depth: int,
    forest_trees: int,
    forest_depth: int,
    histogram_rate: float,
) -> None:
    """Fit four tree ensembles and keep what each thinks of every row.

    Args:
        train_set: The rows to learn from.
        test_set: The rows that judge the whole pipeline.
        stacked_train_set: Out-of-fold probabilities as `features` (n x 4), and `labels` (n).
        stacked_test_set: The same for the test rows, by models that saw all training rows.
        seed: Deals the folds and grows the trees.
        boosting_rounds: How many trees in either booster.
        extra_trees: How many extremely randomised trees.
        boosting_rate: Weight of a new tree in gradient boosting.
        boosting_depth: Largest depth of the trees in gradient boosting.
        forest_trees: How many trees in the random forest.
        forest_depth: Largest depth of the trees in the random forest.
        histogram_rate: Weight of a new tree in histogram gradient boosting.
    """
    import numpy as np
    from sklearn import ensemble

    train, test = dict(np.load(train_set.path)), dict(np.load(test_set.path))
    models = [
        ensemble.ExtraTreesClassifier(extra_trees, random_state=seed),
        ensemble.GradientBoostingClassifier(
            learning_rate=boosting_rate,
            max_depth=boosting_depth,
            n_estimators=boosting_rounds,
            subsample=0.5,
            random_state=seed,
        ),
        ensemble.RandomForestClassifier(forest_trees, max_depth=forest_depth, random_state=seed),
        ensemble.HistGradientBoostingClassifier(
            learning_rate=histogram_rate,
            max_iter=boosting_rounds,
            random_state=seed,
        ),
    ]
    judged = [opinions(model, train, test, seed) for model in models]
    held_out, unseen = (np.column_stack(columns) for columns in zip(*judged, strict=True))
    write_table(stacked_train_set, held_out, train["labels"])
    write_table(stacked_test_set, unseen, test["labels"])
