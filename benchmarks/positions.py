"""Configurations in the words of other libraries: a choice is given by its position."""

from __future__ import annotations

from collections.abc import Mapping

from eeipu_kfp.core.space import Categorical, Space
from eeipu_kfp.core.values import Configuration, Value


def with_positions(space: Space, configuration: Configuration) -> dict[str, Value]:
    """Return the values of a configuration, for each choice its position."""
    return {
        name: domain.index(configuration[name])
        if isinstance(domain, Categorical)
        else configuration[name]
        for name, domain in space.items()
    }


def from_positions(space: Space, values: Mapping[str, float]) -> Configuration:
    """Return the configuration of the values nearest to those given."""
    return Configuration(
        {
            name: domain.choices[int(values[name])]
            if isinstance(domain, Categorical)
            else domain.snap(values[name])
            for name, domain in space.items()
        }
    )
