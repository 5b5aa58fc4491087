"""What the local runner adds to a trial, next to plain kfp.local in one process.

Run it with `python -m benchmarks.runner_overhead`.
"""

import contextlib
import io
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from kfp import compiler, dsl, local

from eeipu_kfp.core.ports import RunState, TrialRun
from eeipu_kfp.runners.local import LocalRunner

TRIALS = 10
STAGES = ("prepare", "train", "evaluate")
_component = dsl.component(base_image="python:3.11", install_kfp_package=False)


@_component
def prepare(rows: int) -> int:
    """Put out what came in."""
    return rows


@_component
def train(rows: int) -> float:
    """Put out a number."""
    return rows / 2


@_component
def evaluate(score: float) -> float:
    """Put out what came in."""
    return score


@dsl.pipeline(name="trivial")
def trivial(rows: int = 4) -> None:
    """Three stages that cost nothing but their start."""
    evaluate(score=train(rows=prepare(rows=rows).output).output)


def compiled(folder: Path) -> dict[str, Any]:
    """Return the compiled pipeline."""
    path = folder / "trivial.yaml"
    compiler.Compiler().compile(trivial, str(path))
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document


def by_local_runner(
    runner: LocalRunner, pipeline: dict[str, Any], number: int
) -> tuple[float, float]:
    """Return the wall seconds of a trial, and those beside its stage processes."""
    begin = time.perf_counter()
    handle = runner.start(
        TrialRun(name=f"trial-{number}", pipeline=pipeline, arguments={"rows": 4}, stages=STAGES)
    )
    while runner.poll(handle) is RunState.RUNNING:
        time.sleep(0.005)
    results = runner.collect(handle)
    wall_seconds = time.perf_counter() - begin
    return wall_seconds, wall_seconds - sum(result.seconds for result in results)


def by_plain_kfp(number: int) -> float:
    """Return the wall seconds of a trial."""
    begin = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        trivial(rows=number)
    return time.perf_counter() - begin


def main() -> None:
    """Measure both in turns, so that both meet the same load, and print their medians."""
    with tempfile.TemporaryDirectory() as name, LocalRunner(Path(name) / "runs") as runner:
        pipeline = compiled(Path(name))
        local.init(local.SubprocessRunner(use_venv=False), pipeline_root=f"{name}/plain")
        first, _ = by_local_runner(runner, pipeline, 0)
        by_plain_kfp(0)
        turns = [
            (*by_local_runner(runner, pipeline, number), by_plain_kfp(number))
            for number in range(1, TRIALS + 1)
        ]
    wall, overhead, plain = (statistics.median(column) for column in zip(*turns, strict=True))
    print(f"local runner, 3 trivial stages: {wall:.3f} s a trial, median of {TRIALS}")
    print(f"  of which beside the stage processes: {overhead:.3f} s")
    print(f"  the first trial, which starts a worker: {first:.3f} s")
    print(f"plain kfp.local in one process: {plain:.3f} s a trial")
    print(f"ratio: {wall / plain:.2f}")


if __name__ == "__main__":
    main()
