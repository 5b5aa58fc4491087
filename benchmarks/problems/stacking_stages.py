"""The Stacking pipeline of `components/stacking` as functions: its own code.

Kubeflow Pipelines is imported only where a stage is run, not where a recording is replayed.
"""

from __future__ import annotations

from benchmarks.problems.artifacts import Artifact

_SEED = 0
_TEST_SHARE = 0.3
_BOOSTING_ROUNDS = 30
_TREES, _FOREST_DEPTH = 10, 5
_TOLERANCE = 1e-4


Rows = tuple[Artifact, Artifact]
"""What a stage leaves: rows to learn from, rows to be judged by."""


def prepared(_: None, scaler: str, interactions: bool, component_share: float) -> Rows:  # noqa: FBT001  # a tuned value
    """Split, scale, multiply and rotate the diabetes data."""
    from components.stacking.preparation import prepare  # noqa: PLC0415  # loads kfp

    train, test = Artifact(), Artifact()
    prepare.python_func(
        train_set=train,
        test_set=test,
        data="",
        label="label",
        test_share=_TEST_SHARE,
        seed=_SEED,
        scaler=scaler,
        interactions=interactions,
        component_share=component_share,
    )
    return train, test


def stacked(
    rows: Rows, log10_boosting_rate: int, boosting_depth: int, log10_histogram_rate: int
) -> Rows:
    """Fit four tree ensembles and keep what each thinks of every row."""
    from components.stacking.base_learners import base_learners  # noqa: PLC0415  # loads kfp

    train, test = rows
    stacked_train, stacked_test = Artifact(), Artifact()
    base_learners.python_func(
        train_set=train,
        test_set=test,
        stacked_train_set=stacked_train,
        stacked_test_set=stacked_test,
        seed=_SEED,
        boosting_rounds=_BOOSTING_ROUNDS,
        extra_trees=_TREES,
        boosting_rate=10.0**log10_boosting_rate,
        boosting_depth=boosting_depth,
        forest_trees=_TREES,
        forest_depth=_FOREST_DEPTH,
        histogram_rate=10.0**log10_histogram_rate,
    )
    return stacked_train, stacked_test


def judged(rows: Rows, log10_meta_c: int, meta_max_iter: int) -> float:
    """Weigh the ensembles against each other; return the area under the ROC curve."""
    from components.stacking.meta_learner import meta_learner  # noqa: PLC0415  # loads kfp

    train, test = rows
    metrics = Artifact()
    meta_learner.python_func(
        stacked_train_set=train,
        stacked_test_set=test,
        metrics=metrics,
        meta_c=10.0**log10_meta_c,
        meta_tol=_TOLERANCE,
        meta_max_iter=meta_max_iter,
    )
    return float(metrics.metadata["auroc"])
