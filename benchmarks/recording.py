"""Measures the real pipelines once: `OMP_NUM_THREADS=1 python -m benchmarks.recording digits`.

Every stage runs once for every combination of its own parameters and those before it, and its CPU
seconds are noted, so that other work on the machine counts little.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.problems.problem import values_of
from benchmarks.problems.real import RECORDINGS
from benchmarks.problems.real_stages import REAL_PIPELINES, RealStage


def record(stages: tuple[RealStage, ...], tell: Callable[[str], None]) -> dict[str, Any]:
    """Return the CPU seconds of every stage and the objectives, the last parameter fastest.

    Args:
        stages: The pipeline.
        tell: Is told how far it is.
    """
    recorder = _Recorder(stages, tell)
    recorder.descend(0, None)
    return {"seconds": recorder.seconds, "objectives": recorder.objectives}


class _Recorder:
    """Runs every stage once for every combination of parameters up to it."""

    def __init__(self, stages: tuple[RealStage, ...], tell: Callable[[str], None]) -> None:
        self.seconds: list[list[float]] = [[] for _ in stages]
        self.objectives: list[float] = []
        self._stages = stages
        self._tell = tell
        self._combinations = [_combinations(stage) for stage in stages]
        self._count = math.prod(map(len, self._combinations))

    def descend(self, position: int, before: Any) -> None:
        """Run a stage and those after it, for all that the stages before can leave."""
        if position == len(self._stages):
            self.objectives.append(round(float(before), 5))
            return
        stage = self._stages[position]
        for parameters in self._combinations[position]:
            began = time.process_time()
            left = stage.compute(before, **parameters)
            self.seconds[position].append(round(time.process_time() - began, 4))
            self.descend(position + 1, left)
        if position + 1 == len(self._stages):
            self._tell(f"{len(self.objectives)} of {self._count} configurations")


def _combinations(stage: RealStage) -> tuple[dict[str, Any], ...]:
    """Return what a stage is run with, the last parameter fastest."""
    values = [values_of(domain) for domain in stage.parameters.values()]
    return tuple(
        dict(zip(stage.parameters, chosen, strict=True)) for chosen in itertools.product(*values)
    )


def main() -> None:
    """Measure the pipelines named and write their recordings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", choices=[*REAL_PIPELINES], default=[*REAL_PIPELINES])
    # A model that has not converged is a poor one, and that is all there is to say about it.
    warnings.simplefilter("ignore")
    for name in parser.parse_args().names:
        began = time.perf_counter()
        document = record(REAL_PIPELINES[name], partial(_show, name))
        Path(RECORDINGS / f"{name}.json").write_text(json.dumps(document) + "\n", encoding="utf-8")
        print(f", measured in {time.perf_counter() - began:.0f} s")


def _show(name: str, progress: str) -> None:
    print(f"\r{name}: {progress}", end="", flush=True)


if __name__ == "__main__":
    main()
