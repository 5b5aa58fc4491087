"""What makes an experiment the same one when its command is given again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.ports import TunedPipeline
from eeipu_kfp.core.space import Categorical, Domain
from eeipu_kfp.core.values import canonical_json


def identity(experiment: Experiment, pipeline: TunedPipeline) -> dict[str, Any]:
    """Return everything that must not change while an experiment lasts, as JSON.

    Left out, and free to change between two calls of the same command: the size of the budget, the
    limits on trials, the stage timeout and the cache's size.
    """
    algorithm = experiment.algorithm
    return {
        "name": experiment.name,
        "objective": {
            "metric": experiment.objective.metric,
            "direction": experiment.objective.direction.value,
        },
        "parameters": {name: _domain(domain) for name, domain in experiment.space.items()},
        "arguments": dict(experiment.arguments),
        "pipeline": _pipeline(experiment, pipeline),
        "algorithm": {
            "name": algorithm.name,
            "seed": algorithm.seed,
            "warmUpTrials": algorithm.warm_up_trials,
        },
        "salt": experiment.cache.salt,
        "charges": _charges(experiment.budget),
    }


def _charges(budget: Budget) -> dict[str, Any] | None:
    """Return what makes costs comparable; None for compute seconds, as ledgers had it at first."""
    if not budget.prices and not budget.counts_overhead:
        return None
    return {"counts": budget.counts.value, "prices": dict(budget.prices)}


def _domain(domain: Domain) -> dict[str, Any]:
    if isinstance(domain, Categorical):
        return {"choices": list(domain.choices)}
    return {"min": domain.low, "max": domain.high, "log": domain.log, "step": domain.step}


def _pipeline(experiment: Experiment, pipeline: TunedPipeline) -> Mapping[str, Any]:
    """Return a digest of every stage: its component and its wiring, whatever the values."""
    neutral = {**dict.fromkeys(experiment.space, ""), **experiment.arguments}
    digests = {}
    for name in pipeline.shape.names:
        found = pipeline.ingredients(name, neutral)
        parts = [dict(found.component), sorted(found.parameters), dict(found.consumes)]
        text = canonical_json([*parts, sorted(found.follows)])
        digests[name] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return digests
