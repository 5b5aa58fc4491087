"""The model of the objective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.search.arrays import Array
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.gaussian_process import GaussianProcess, fit
from eeipu_kfp.search.kernels import Kernel
from eeipu_kfp.search.observations import Observations
from eeipu_kfp.search.priors import LogNormal

_PATIENCE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveModel:
    """What is known of the objective, larger is better.

    Attributes:
        process: Its process, perhaps of warped values.
        best: The best value so far on the same scale.
    """

    process: GaussianProcess
    best: float


def model_objective(seen: Observations, pipeline: Pipeline, trials: int) -> ObjectiveModel:
    """Return the default model: a full and a stage-additive kernel over half-rank-warped scores.

    After long without an improvement, every second proposal uses the scores as they are: the
    warp can make a model look only at the neighbourhood of the best.

    Args:
        seen: The trials so far, at least one of them with an objective.
        pipeline: The stages, each with an additive part of its own.
        trials: How many trials there are, whatever their state.
    """
    stagnant = _since_improvement(seen.scores) > max(_PATIENCE, seen.encoding.dimension / 2)
    plain = stagnant and trials % 2 == 0
    kernel = additive_kernel(seen.encoding, pipeline)
    warp = np.asarray if plain else half_rank
    process = fit(kernel, seen.points[seen.scored], seen.scores, warp=warp)
    return with_fantasies(process, seen, warp(seen.scores))


def with_fantasies(process: GaussianProcess, seen: Observations, y: Array) -> ObjectiveModel:
    """Return the model once every unknown objective is what is expected of it.

    A running trial is believed to give exactly that; a failed one too, but nothing better than
    the median, so that the search goes elsewhere.

    Args:
        process: What the finished trials say.
        seen: The trials so far, n of them with an objective.
        y: The n values that the process rests on.
    """
    if not seen.active and not seen.failed:
        return ObjectiveModel(process=process, best=float(np.max(y)))
    unknown = seen.points[[*seen.active, *seen.failed]]
    believed = process.moments(unknown)[0]
    disappointing = np.arange(len(unknown)) >= len(seen.active)
    believed[disappointing] = np.minimum(believed[disappointing], np.median(y))
    x, values = np.concatenate([seen.points[seen.scored], unknown]), np.concatenate([y, believed])
    fantasy = GaussianProcess(process.kernel, process.logarithms, x, values, process.scale)
    return ObjectiveModel(process=fantasy, best=float(np.max(values)))


def additive_kernel(encoding: Encoding, pipeline: Pipeline) -> Kernel:
    """Return a Matern part over all columns plus one over those that each stage reads."""
    everything = tuple(range(encoding.dimension))
    by_stage = [encoding.columns_of(stage.reads) for stage in pipeline.stages]
    groups = tuple(dict.fromkeys([everything, *(columns for columns in by_stage if columns)]))
    prior = LogNormal(-float(np.log(len(groups))), 1.0)
    return Kernel(groups=groups, scale_prior=prior)


def half_rank(y: Array) -> Array:
    """Draw the lower half of n values in: below the median only the rank counts.

    A value of rank r below the median m becomes m + s Phi^-1((r - 1/2) / n), where s is the root
    mean square distance of the upper half from m. The rest stay, so the best keep their distances.
    """
    middle = np.median(y)
    above = np.sqrt(np.mean((y[y >= middle] - middle) ** 2))
    spread = above if above > 0 else np.std(y)
    drawn_in = middle + spread * ndtri((rankdata(y) - 0.5) / len(y))
    warped: Array = np.where(y < middle, drawn_in, y)
    return warped


def _since_improvement(y: Array) -> int:
    """Return how many of n values followed the first best one."""
    return len(y) - 1 - int(np.argmax(y))
