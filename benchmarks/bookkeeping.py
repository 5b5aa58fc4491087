"""How fast trials are bookkept when stages take no time: `python -m benchmarks.bookkeeping`."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Algorithm, Experiment
from eeipu_kfp.runners.simulated import (
    SimulatedPipeline,
    SimulatedRunner,
    SimulatedStage,
    VirtualClock,
    three_stage_problem,
)
from eeipu_kfp.search.designers import make_designer
from eeipu_kfp.tuning.driver import Surroundings
from eeipu_kfp.tuning.events import Event, TrialEnded
from eeipu_kfp.tuning.ledger import ObjectLedger
from eeipu_kfp.tuning.loop import TuningLoop

_MARKS = (100, 250, 500, 1000)


def instant_pipeline() -> SimulatedPipeline:
    """Return the simulated three stages with no cost at all."""
    known = three_stage_problem().pipeline
    stages = tuple(
        SimulatedStage(name=s.name, reads=s.reads, upstream=s.upstream) for s in known.stages
    )
    return SimulatedPipeline(name="instant", stages=stages, objective=known.objective)


def measure(trials: int, folder: Path) -> None:
    """Run an experiment of instant stages on a directory store and print its pace."""
    began = time.perf_counter()

    def note(event: Event) -> None:
        if isinstance(event, TrialEnded) and event.trial.number in _MARKS:
            seconds = time.perf_counter() - began
            peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            pace = event.trial.number / seconds
            print(f"| {event.trial.number:6d} | {seconds:7.1f} | {pace:8.0f} | {peak_mib:8.0f} |")

    problem, pipeline, clock = three_stage_problem(), instant_pipeline(), VirtualClock()
    experiment = Experiment(
        name="instant",
        objective=problem.objective,
        space=problem.space,
        budget=Budget(amount=1.0),
        max_trials=trials,
        algorithm=Algorithm(name="random"),
    )
    surroundings = Surroundings(
        experiment=experiment,
        pipeline=pipeline,
        runner=SimulatedRunner(pipeline, clock),
        cache=Cache(DirectoryStore(folder / "cache"), clock),
        ledger=ObjectLedger(DirectoryStore(folder / "ledger")),
        clock=clock,
        scratch=folder / "fetched",
        observe=note,
    )
    print("| trials | seconds | trials/s | peak MiB |\n| ---: | ---: | ---: | ---: |")
    TuningLoop(surroundings, make_designer("random")).run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    with tempfile.TemporaryDirectory() as scratch:
        measure(parser.parse_args().trials, Path(scratch))
