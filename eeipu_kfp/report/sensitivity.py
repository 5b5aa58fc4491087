"""Which parameters the objective depends on, by a model small enough to explain.

The objective's ranks are fitted by a ridge regression on every parameter's place in its range,
linear and squared, and on one indicator for each choice. No interactions: a parameter's part is the
variance of its own terms over the trials. The penalty is the one with the best left-out error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eeipu_kfp.core.history import History
from eeipu_kfp.core.space import Categorical, Domain, Space
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.core.values import Value

FEWEST_TRIALS = 8
"""Trials with an objective below which nothing is estimated."""

_PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """What one parameter means for the objective.

    Attributes:
        parameter: Its name.
        share: Its part of all that the model explains by any parameter, from 0 to 1.
        best_near: The tried value at which the model sees the best objective.
    """

    parameter: str
    share: float
    best_near: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The importance of all parameters.

    Attributes:
        importances: By parameter, the most important first.
        trials: How many trials the estimate rests on.
        explained: Share of the variation in left-out trials that the model predicts; 0 or less
            for a model that predicts nothing.
    """

    importances: tuple[Importance, ...]
    trials: int
    explained: float


def estimate(space: Space, history: History) -> Sensitivity | None:
    """Return the importance of each parameter; None with too few or too similar trials."""
    scored = [
        t for t in history.trials if t.objective is not None and space.contains(t.configuration)
    ]
    scores = _ranks([history.objective.score(t.objective or 0.0) for t in scored])
    if len(scored) < FEWEST_TRIALS or not np.ptp(scores):
        return None
    columns = {
        name: _columns(domain, [t.configuration[name] for t in scored])
        for name, domain in space.items()
    }
    weights, explained = _fit(np.hstack(list(columns.values())), scores)
    parts: dict[str, NDArray[np.float64]] = {}
    start = 0
    for name, block in columns.items():
        parts[name] = block @ weights[start : start + block.shape[1]]
        start += block.shape[1]
    return Sensitivity(
        importances=_importances(parts, scored), trials=len(scored), explained=explained
    )


def unit(domain: Domain, value: Value) -> float:
    """Return a value's place in its range, from 0 to 1; the position of a choice."""
    if isinstance(domain, Categorical):
        return domain.index(value) / max(1, domain.count - 1)
    given = float(value)  # type: ignore[arg-type]  # numbers in a numeric domain
    if domain.log:
        return math.log(given / domain.low) / math.log(domain.high / domain.low)
    return (given - domain.low) / (domain.high - domain.low)


def _importances(
    parts: dict[str, NDArray[np.float64]], scored: Sequence[Trial]
) -> tuple[Importance, ...]:
    variances = {name: float(part.var()) for name, part in parts.items()}
    total = sum(variances.values()) or 1.0
    found = (
        Importance(
            parameter=name,
            share=variances[name] / total,
            best_near=scored[int(part.argmax())].configuration[name],
        )
        for name, part in parts.items()
    )
    return tuple(sorted(found, key=lambda importance: -importance.share))


def _columns(domain: Domain, values: Sequence[Value]) -> NDArray[np.float64]:
    """Return the centred terms of one parameter, n x 2 or n x choices."""
    if isinstance(domain, Categorical):
        chosen = np.array([domain.index(value) for value in values])
        terms = (chosen[:, None] == np.arange(domain.count)).astype(np.float64)
    else:
        places = 2 * np.array([unit(domain, value) for value in values]) - 1
        terms = np.stack((places, places**2), axis=1)
    centred: NDArray[np.float64] = terms - terms.mean(axis=0)
    return centred


def _fit(
    terms: NDArray[np.float64], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the ridge weights of the best penalty and the share explained in left-out trials."""
    target = scores - scores.mean()
    left, sizes, right = np.linalg.svd(terms, full_matrices=False)
    best_error, best_weights = math.inf, np.zeros(terms.shape[1])
    for penalty in _PENALTIES:
        shrink = sizes**2 / (sizes**2 + penalty)
        leverage = (left**2 * shrink).sum(axis=1) + 1 / len(target)
        residual = target - left @ (shrink * (left.T @ target))
        error = float(((residual / np.maximum(1e-6, 1 - leverage)) ** 2).sum())
        if error < best_error:
            best_error = error
            best_weights = right.T @ (sizes / (sizes**2 + penalty) * (left.T @ target))
    return best_weights, 1 - best_error / float((target**2).sum())


def _ranks(scores: Sequence[float]) -> NDArray[np.float64]:
    """Return ranks from 0 to 1, equal ones for equal scores."""
    _, inverse, counts = np.unique(np.asarray(scores), return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    ranks: NDArray[np.float64] = middle[inverse] / max(1, len(scores) - 1)
    return ranks
