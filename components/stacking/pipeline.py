"""The Stacking pipeline; `python -m components.stacking.pipeline` compiles it.

The shape, and the nine hyperparameters of the last two stages, are those of the Stacking pipeline
in the EEIPU paper (arXiv 2411.03731).
"""

from pathlib import Path

from kfp import compiler, dsl

from components.stacking.base_learners import base_learners
from components.stacking.meta_learner import meta_learner
from components.stacking.preparation import prepare

COMPILED = Path(__file__).with_suffix(".yaml")


@dsl.pipeline(name="stacking", description="Stack four tree ensembles under a logistic regression.")
def stacking(
    data: str = "",
    label: str = "label",
    test_share: float = 0.3,
    seed: int = 0,
    scaler: str = "standard",
    interactions: bool = False,
    component_share: float = 0.8,
    boosting_rounds: int = 30,
    extra_trees: int = 10,
    boosting_rate: float = 0.1,
    boosting_depth: int = 5,
    forest_trees: int = 10,
    forest_depth: int = 5,
    histogram_rate: float = 0.1,
    meta_c: float = 1.0,
    meta_tol: float = 1e-4,
    meta_max_iter: int = 100,
) -> None:
    """Prepare the data, fit the base learners, then the meta-learner over them.

    Args:
        data: Path or URI of a CSV file; empty for the data that ship inside scikit-learn.
        label: The CSV file's column to predict; it holds two values.
        test_share: Share of the rows in the test set.
        seed: Fixes every random choice.
        scaler: `none`, `standard` or `quantile`.
        interactions: Whether the products of all pairs of features are features too.
        component_share: Share of the principal components that is kept.
        boosting_rounds: How many trees in either booster.
        extra_trees: How many extremely randomised trees.
        boosting_rate: Weight of a new tree in gradient boosting.
        boosting_depth: Largest depth of the trees in gradient boosting.
        forest_trees: How many trees in the random forest.
        forest_depth: Largest depth of the trees in the random forest.
        histogram_rate: Weight of a new tree in histogram gradient boosting.
        meta_c: Inverse strength of the penalty on the meta-learner's weights.
        meta_tol: The slope of the loss at which the meta-learner's fit stops.
        meta_max_iter: Steps of the meta-learner's fit at most.
    """
    prepared = prepare(
        data=data,
        label=label,
        test_share=test_share,
        seed=seed,
        scaler=scaler,
        interactions=interactions,
        component_share=component_share,
    )
    stacked = base_learners(
        train_set=prepared.outputs["train_set"],
        test_set=prepared.outputs["test_set"],
        seed=seed,
        boosting_rounds=boosting_rounds,
        extra_trees=extra_trees,
        boosting_rate=boosting_rate,
        boosting_depth=boosting_depth,
        forest_trees=forest_trees,
        forest_depth=forest_depth,
        histogram_rate=histogram_rate,
    )
    judged = meta_learner(
        stacked_train_set=stacked.outputs["stacked_train_set"],
        stacked_test_set=stacked.outputs["stacked_test_set"],
        meta_c=meta_c,
        meta_tol=meta_tol,
        meta_max_iter=meta_max_iter,
    )
    for task in (prepared, stacked, judged):
        # The arrays are small: a second thread would only wait for the first.
        task.set_env_variable("OMP_NUM_THREADS", "1")


if __name__ == "__main__":
    compiler.Compiler().compile(stacking, str(COMPILED))
