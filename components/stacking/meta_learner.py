"""The last stage: a logistic regression over the base learners, and how well it does.

It needs numpy alone. Importing scikit-learn takes longer than this work does.
"""

from typing import TYPE_CHECKING

from kfp import dsl

from components.stacking.image import IMAGE

if TYPE_CHECKING:
    import numpy as np


def probabilities(features: "np.ndarray", weights: "np.ndarray") -> "np.ndarray":
    """Return the logistic model's probabilities (n x (k + 1) and k + 1 to n)."""
    import numpy as np

    truth: np.ndarray = 1 / (1 + np.exp(-features @ weights))
    return truth


def fit_logistic(
    features: "np.ndarray", labels: "np.ndarray", inverse_penalty: float, tol: float, max_iter: int
) -> "np.ndarray":
    """Minimise the log loss of all rows plus |w|^2 / (2 C), the intercept going free.

    Each step solves with X'X / 4 + I / C, which is nowhere less curved than the loss (Boehning and
    Lindsay, 1988): the loss falls in every step, without a line search.

    Args:
        features: n x (k + 1), a column of ones first.
        labels: n.
        inverse_penalty: C.
        tol: Stops when no partial derivative of the mean loss is larger.
        max_iter: Steps at most.

    Returns:
        k + 1 weights.
    """
    import numpy as np

    weights = np.zeros(features.shape[1])
    penalty = np.diag([0.0, *np.ones(len(weights) - 1)]) / inverse_penalty
    curvature = features.T @ features / 4 + penalty
    for _ in range(max_iter):
        slope = features.T @ (probabilities(features, weights) - labels) + penalty @ weights
        if np.abs(slope).max() <= tol * len(labels):
            break
        weights = weights - np.linalg.solve(curvature, slope)
    return weights


def area_under_roc(labels: "np.ndarray", scores: "np.ndarray") -> float:
    """Return the chance that a positive row scores above a negative one; ties count half."""
    import numpy as np

    positive, negative = scores[labels == 1], np.sort(scores[labels == 0])
    below = np.searchsorted(negative, positive, side="left")
    not_above = np.searchsorted(negative, positive, side="right")
    return float((below + not_above).mean() / 2 / len(negative))


def mean_log_loss(labels: "np.ndarray", scores: "np.ndarray") -> float:
    """Return the mean of -ln of the probability that was given to the true class."""
    import numpy as np

    of_truth = np.where(labels == 1, scores, 1 - scores)
    return float(-np.log(np.maximum(of_truth, 1e-15)).mean())


@dsl.component(
    base_image=IMAGE,
    install_kfp_package=False,
    packages_to_install=[],
    additional_funcs=[probabilities, fit_logistic, area_under_roc, mean_log_loss],
)
def meta_learner(
    stacked_train_set: dsl.Input[dsl.Dataset],
    stacked_test_set: dsl.Input[dsl.Dataset],
    metrics: dsl.Output[dsl.Metrics],
    meta_c: float,
    meta_tol: float,
    meta_max_iter: int,
) -> None:
    """Weigh the base learners against each other, and judge the result on the test rows.

    Args:
        stacked_train_set: The base learners' out-of-fold probabilities.
        stacked_test_set: Their probabilities for the test rows.
        metrics: `auroc`, `log_loss` and `accuracy` on the test rows.
        meta_c: Inverse strength of the penalty on the weights.
        meta_tol: The slope at which the fit stops.
        meta_max_iter: Steps of the fit at most.
    """
    import numpy as np

    train, test = np.load(stacked_train_set.path), np.load(stacked_test_set.path)
    inputs = [np.column_stack([np.ones(len(s["labels"])), s["features"]]) for s in (train, test)]
    weights = fit_logistic(inputs[0], train["labels"], meta_c, meta_tol, meta_max_iter)
    scores, labels = probabilities(inputs[1], weights), test["labels"]
    metrics.log_metric("auroc", area_under_roc(labels, scores))
    metrics.log_metric("log_loss", mean_log_loss(labels, scores))
    metrics.log_metric("accuracy", float(((scores > 0.5) == labels).mean()))  # noqa: PLR2004
