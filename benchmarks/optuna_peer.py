"""Optuna: its tree-structured Parzen estimator and its Gaussian process."""

from __future__ import annotations

import optuna

from benchmarks.positions import from_positions, with_positions
from eeipu_kfp.core.space import Categorical, Domain, Float, Space
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.values import Configuration

_ASKED = 8
_SEEDS = 2**32


def ask_tpe(request: SuggestionRequest) -> list[Configuration]:
    """Return proposals of the TPE sampler."""
    return _asked(request, optuna.samplers.TPESampler(seed=_seed(request)))


def ask_gp(request: SuggestionRequest) -> list[Configuration]:
    """Return proposals of the GP sampler."""
    return _asked(request, optuna.samplers.GPSampler(seed=_seed(request)))


def distributions(space: Space) -> dict[str, optuna.distributions.BaseDistribution]:
    """Return a space in Optuna's words; a choice is given by its position."""
    return {name: _distribution(domain) for name, domain in space.items()}


def _asked(request: SuggestionRequest, sampler: optuna.samplers.BaseSampler) -> list[Configuration]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    known = distributions(request.space)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.add_trials(
        [
            optuna.trial.create_trial(
                params=with_positions(request.space, trial.configuration),
                distributions=known,
                value=request.objective.score(trial.objective),
            )
            for trial in request.succeeded
            if trial.objective is not None
        ]
    )
    found: list[Configuration] = []
    for _ in range(_ASKED):
        found.append(from_positions(request.space, study.ask(known).params))
        if found[-1] not in request.tried:
            break
    return found


def _seed(request: SuggestionRequest) -> int:
    return (1000 * request.seed + len(request.trials)) % _SEEDS


def _distribution(domain: Domain) -> optuna.distributions.BaseDistribution:
    if isinstance(domain, Categorical):
        return optuna.distributions.CategoricalDistribution(tuple(range(domain.count)))
    if isinstance(domain, Float):
        return optuna.distributions.FloatDistribution(
            domain.low, domain.high, log=domain.log, step=domain.step
        )
    return optuna.distributions.IntDistribution(
        domain.low, domain.high, log=domain.log, step=domain.step or 1
    )
