"""The real pipelines, replayed: what every stage took and what came out was measured once.

`python -m benchmarks.recording` has measured it. The spaces are finite, so the optimum is the best
of all that there is. A measured second counts as a minute, as with data that much larger, so that
reading from the cache costs about as much of a trial as it does in earnest.
"""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.problems.problem import Array, Problem, chain, random_warm_up, values_of
from benchmarks.problems.real_stages import REAL_PIPELINES
from eeipu_kfp.core.space import Domain, Space
from eeipu_kfp.core.values import Value
from eeipu_kfp.runners.simulated import Arguments

RECORDINGS = Path(__file__).parent / "recordings"
_BUDGET_TRIALS = 30
_LEAST_SECONDS = 1e-3
_SLOWDOWN = 60.0


def real(name: str) -> Problem:
    """Return a pipeline that answers from its recording; its budget is thirty usual trials."""
    stages = REAL_PIPELINES[name]
    recording = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
    reads = {stage.name: tuple(stage.parameters) for stage in stages}
    space = Space({n: domain for stage in stages for n, domain in stage.parameters.items()})
    counts = tuple(len(values_of(domain)) for domain in space.values())
    lengths = np.cumsum([len(stage.parameters) for stage in stages])
    tables: dict[str, Array] = {
        stage.name: _table(recording["seconds"][k], counts[: lengths[k]])
        for k, stage in enumerate(stages)
    }
    objectives = np.array(recording["objectives"]).reshape(counts)

    def place(values: Arguments) -> tuple[int, ...]:
        return tuple(_position(domain, values[n]) for n, domain in space.items())

    def seconds(stage: str, values: Arguments) -> float:
        table = tables[stage]
        return float(table[place(values)[: table.ndim]])

    return Problem(
        name=name,
        pipeline=chain(name, reads, seconds, lambda values: float(objectives[place(values)])),
        space=space,
        budget=round(_BUDGET_TRIALS * usual_seconds(tables), 3),
        optimum=float(objectives.max()),
        known_by=f"all {math.prod(counts)} configurations were measured",
        warm_up=partial(random_warm_up, space),
    )


def usual_seconds(tables: dict[str, Array]) -> float:
    """Return what a trial takes on average over all configurations."""
    return sum(float(table.mean()) for table in tables.values())


def _table(seconds: list[float], shape: tuple[int, ...]) -> Array:
    return _SLOWDOWN * np.maximum(seconds, _LEAST_SECONDS).reshape(shape)


def _position(domain: Domain, value: Value) -> int:
    return values_of(domain).index(value)
