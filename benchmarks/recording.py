"""Measures the real pipelines once: `python -m benchmarks.recording digits`.

Every stage runs once for every combination of its own parameters and those before it, and its CPU
seconds are noted, so that other work on the machine counts little.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.problems.problem import values_of
from benchmarks.problems.real import RECORDINGS
from benchmarks.problems.real_stages import REAL_PIPELINES, RealStage


def record(stages: tuple[RealStage, ...]) -> dict[str, Any]:
    """Return the CPU seconds of every stage and the objectives, the last parameter fastest."""
    seconds: list[list[float]] = [[] for _ in stages]
    objectives: list[float] = []
    _descend(stages, 0, None, seconds, objectives)
    return {"seconds": seconds, "objectives": objectives}


def _descend(
    stages: tuple[RealStage, ...],
    position: int,
    before: object,
    seconds: list[list[float]],
    objectives: list[float],
) -> None:
    stage = stages[position]
    for parameters in _combinations(stage):
        began = time.process_time()
        left = stage.compute(before, **parameters)
        seconds[position].append(round(time.process_time() - began, 4))
        if position + 1 < len(stages):
            _descend(stages, position + 1, left, seconds, objectives)
        else:
            objectives.append(round(left, 5))


def _combinations(stage: RealStage) -> Iterator[dict[str, Any]]:
    values = [values_of(domain) for domain in stage.parameters.values()]
    for chosen in itertools.product(*values):
        yield dict(zip(stage.parameters, chosen, strict=True))


def main() -> None:
    """Measure the pipelines named and write their recordings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", choices=[*REAL_PIPELINES], default=[*REAL_PIPELINES])
    # A model that has not converged is a poor one, and that is all there is to say about it.
    warnings.simplefilter("ignore")
    for name in parser.parse_args().names:
        began = time.perf_counter()
        document = record(REAL_PIPELINES[name])
        Path(RECORDINGS / f"{name}.json").write_text(json.dumps(document) + "\n", encoding="utf-8")
        count, wall = len(document["objectives"]), time.perf_counter() - began
        print(f"{name}: {count} configurations in {wall:.0f} s (process {os.getpid()})")


if __name__ == "__main__":
    main()
