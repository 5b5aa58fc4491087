"""Ax: the method that its client chooses by itself. Needs the package ax-platform."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from benchmarks.positions import from_positions, with_positions
from eeipu_kfp.core.space import Categorical, Domain, Float, Space
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.values import Configuration

_METRIC = "score"


def ask_ax(request: SuggestionRequest) -> list[Configuration]:
    """Return one proposal of Ax."""
    client = new_client(request.space, request.seed)
    for trial in request.succeeded:
        score = request.objective.score(trial.objective or 0.0)
        tell(client, with_positions(request.space, trial.configuration), score)
    (proposed,) = client.get_next_trials(max_trials=1).values()
    return [from_positions(request.space, proposed)]


def new_client(space: Space, seed: int) -> Any:
    """Return a client that knows of no trial yet and will maximise a score."""
    import_module("ax.utils.common.logger").set_stderr_log_level(logging.WARNING)
    # Loads torch, and has no types.
    api: Any = import_module("ax.api.client")
    client = api.Client(random_seed=seed)
    client.configure_experiment(parameters=_parameters(space))
    client.configure_optimization(objective=_METRIC)
    return client


def tell(client: Any, parameters: Mapping[str, object], score: float | None) -> None:
    """Tell a client of a trial that was run without it."""
    number = client.attach_trial(parameters=dict(parameters))
    client.complete_trial(trial_index=number, raw_data={_METRIC: score})


def _parameters(space: Space) -> list[Any]:
    return [_parameter(name, domain) for name, domain in space.items()]


def _parameter(name: str, domain: Domain) -> Any:
    configs: Any = import_module("ax.api.configs")
    if isinstance(domain, Categorical):
        return configs.ChoiceParameterConfig(
            name=name, values=list(range(domain.count)), parameter_type="int", is_ordered=False
        )
    return configs.RangeParameterConfig(
        name=name,
        bounds=(domain.low, domain.high),
        parameter_type="float" if isinstance(domain, Float) else "int",
        scaling="log" if domain.log else None,
        step_size=domain.step,
    )
