"""SMAC: its facade for hyperparameters, a random forest. Needs the package smac."""

from __future__ import annotations

import logging
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.positions import from_positions, with_positions
from eeipu_kfp.core.space import Categorical, Domain, Float, Space
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.values import Configuration

_SEEDS = 2**31
_TRIALS = 1_000_000


def ask_smac(request: SuggestionRequest) -> list[Configuration]:
    """Return one proposal of SMAC, which minimises."""
    # Slow to load.
    smac: Any = import_module("smac")
    history: Any = import_module("smac.runhistory.dataclasses")
    seed = (1000 * request.seed + len(request.trials)) % _SEEDS
    with tempfile.TemporaryDirectory() as folder:
        facade = _facade(smac, _space(request.space, seed), seed, Path(folder))
        for trial in request.succeeded:
            known = _configuration(facade, request.space, trial.configuration)
            score = request.objective.score(trial.objective or 0.0)
            info, value = history.TrialInfo(known, seed=0), history.TrialValue(cost=-score)
            facade.tell(info, value, save=False)
        asked = dict(facade.ask().config)
    values = {name: _outer(domain, asked[name]) for name, domain in request.space.items()}
    return [from_positions(request.space, values)]


def _facade(smac: Any, space: Any, seed: int, folder: Path) -> Any:
    """Return the facade with no design of its own: the history it is told has one."""
    kind = smac.HyperparameterOptimizationFacade
    scenario = smac.Scenario(
        space, deterministic=True, n_trials=_TRIALS, seed=seed, output_directory=folder
    )
    design = kind.get_initial_design(scenario, n_configs=0)
    # It would warn of the missing design at every proposal.
    logging.getLogger("smac.main.config_selector").setLevel(logging.ERROR)
    # Any level that it is given becomes that of all loggers of the process.
    return kind(scenario, _never_called, initial_design=design, overwrite=True, logging_level=False)


def _never_called(config: object, seed: int = 0) -> float:
    del config, seed
    raise NotImplementedError


def _space(space: Space, seed: int) -> Any:
    words: Any = import_module("ConfigSpace")
    found = words.ConfigurationSpace(seed=seed)
    found.add([_parameter(words, name, domain) for name, domain in space.items()])
    return found


def _parameter(words: Any, name: str, domain: Domain) -> Any:
    """Return a parameter; a grid is given by the number of its steps, which SMAC does not have."""
    if isinstance(domain, Categorical):
        return words.Categorical(name, list(range(domain.count)))
    if domain.step is not None:
        return words.Integer(name, (0, (domain.count or 1) - 1))
    make = words.Float if isinstance(domain, Float) else words.Integer
    return make(name, (domain.low, domain.high), log=domain.log)


def _configuration(facade: Any, space: Space, configuration: Configuration) -> Any:
    words: Any = import_module("ConfigSpace")
    given = with_positions(space, configuration)
    values = {name: _inner(domain, given[name]) for name, domain in space.items()}
    return words.Configuration(facade.scenario.configspace, values=values)


def _inner(domain: Domain, value: Any) -> Any:
    if isinstance(domain, Categorical) or domain.step is None:
        return value
    return round((value - domain.low) / domain.step)


def _outer(domain: Domain, value: Any) -> Any:
    if isinstance(domain, Categorical) or domain.step is None:
        return value
    return domain.low + value * domain.step
