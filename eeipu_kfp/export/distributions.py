"""Parameters and their values in Optuna's words. Needs the package optuna."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from eeipu_kfp.core.space import Categorical, Domain, Float, Int, Space
from eeipu_kfp.core.values import Value, canonical_json

Choice = bool | int | float | str
"""What Optuna can hold as a choice."""


def distributions(space: Space) -> dict[str, BaseDistribution]:
    """Return Optuna's distribution of every parameter, by name."""
    return {name: _distribution(domain) for name, domain in space.items()}


def values(space: Space, configuration: Mapping[str, Value]) -> dict[str, Value]:
    """Return a configuration as Optuna holds it."""
    return {name: _value(domain, configuration[name]) for name, domain in space.items()}


def _distribution(domain: Domain) -> BaseDistribution:
    if isinstance(domain, Categorical):
        return CategoricalDistribution(tuple(_choice(domain, each) for each in domain.choices))
    if isinstance(domain, Int):
        return IntDistribution(domain.low, domain.high, log=domain.log, step=domain.step or 1)
    return FloatDistribution(domain.low, domain.high, log=domain.log, step=_step(domain))


def _step(domain: Float) -> float | None:
    """Return the step, unless Optuna would count its way to another highest value.

    It adds steps up in decimal numbers, where a third is no number.
    """
    if domain.step is None or (_exact(domain.high) - _exact(domain.low)) % _exact(domain.step):
        return None
    return domain.step


def _value(domain: Domain, value: Value) -> Value:
    return _choice(domain, value) if isinstance(domain, Categorical) else value


def _choice(domain: Categorical, choice: Value) -> Choice:
    """Return a choice as it is, or as JSON where Optuna cannot hold all, or tell all apart.

    To it, `1`, `1.0` and `true` are the same.
    """
    if isinstance(choice, Choice) and _are_plain(domain.choices):
        return choice
    return canonical_json(choice)


def _are_plain(choices: Sequence[Value]) -> bool:
    if not all(isinstance(choice, Choice) for choice in choices):
        return False
    return all(one != other for one, other in combinations(choices, 2))


def _exact(number: float) -> Decimal:
    return Decimal(repr(float(number)))
