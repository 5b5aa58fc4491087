"""How long a proposal takes, next to Optuna's GPSampler on the same history.

    python -m benchmarks.proposal_speed [--quick]

Every figure is the median over successive proposals of a search that goes on, one trial more each
time, on one thread; `cold` is the very first one of a new process. GPSampler fits one process and
knows neither stages, nor costs, nor cached prefixes; without the package greenlet it climbs from
one start after another, and says so.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import optuna

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.space import Float, Space
from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.search import marginal_likelihood
from eeipu_kfp.search.designers import make_designer

SHAPES = {"3 stages, 7 parameters": (2, 3, 2), "5 stages, 12 parameters": (2, 3, 2, 3, 2)}
SIZES = (20, 60, 200, 500)
REUSE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Time of one proposal."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A method at one size of the history."""

    cold: Seconds
    usual: Seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="one shape, small histories")
    quick = parser.parse_args().quick
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    print(f"{'':26}{'n':>4}{'eeipu':>18}{'GPSampler':>18}{'ratio':>14}{'cold':>16}")
    print(f"{'':30}" + f"{'wall':>9}{'CPU':>9}" * 2 + f"{'wall':>7}{'CPU':>7}{'eeipu':>8}{'GP':>8}")
    for title, dimensions in list(SHAPES.items())[: 1 if quick else None]:
        for size in SIZES[: 2 if quick else None]:
            repeats = 3 if quick else 9
            print(f"{title:26}{size:>4}" + _compare(dimensions, size, repeats), flush=True)


def _compare(dimensions: tuple[int, ...], size: int, repeats: int) -> str:
    trials, pipeline, space = history(dimensions, size + repeats)
    ours = measure(eeipu_proposals(trials, pipeline, space, size))
    theirs = measure(optuna_proposals(trials, space, size))
    times = (ours.usual.wall, ours.usual.cpu, theirs.usual.wall, theirs.usual.cpu)
    ratios = (ours.usual.wall / theirs.usual.wall, ours.usual.cpu / theirs.usual.cpu)
    row = "".join(f"{seconds:9.3f}" for seconds in times)
    row += "".join(f"{ratio:7.2f}" for ratio in ratios)
    return row + f"{ours.cold.wall:8.3f}{theirs.cold.wall:8.3f}"


def measure(proposals: Iterator[Callable[[], object]]) -> Measured:
    """Time successive proposals, the first apart."""
    cold, *usual = [_timed(proposal) for proposal in proposals]
    return Measured(
        cold=cold,
        usual=Seconds(
            wall=statistics.median(seconds.wall for seconds in usual),
            cpu=statistics.median(seconds.cpu for seconds in usual),
        ),
    )


def _timed(proposal: Callable[[], object]) -> Seconds:
    wall, cpu = time.perf_counter(), time.process_time()
    proposal()
    return Seconds(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def eeipu_proposals(
    trials: tuple[Trial, ...], pipeline: Pipeline, space: Space, size: int
) -> Iterator[Callable[[], object]]:
    """Yield proposals of `eeipu` on ever longer histories."""
    marginal_likelihood.forget()
    designer = make_designer("eeipu")
    for count in range(size, len(trials)):
        request = SuggestionRequest(
            pipeline=pipeline,
            space=space,
            objective=Objective(metric="last.score"),
            trials=trials[:count],
            cached=CachedStages(
                pipeline,
                tuple(space),
                [(s, t.configuration) for t in trials[:count] for s in pipeline.names[:-1]],
            ),
            budget=Budget(amount=1e6),
            remaining=5e5,
        )
        yield partial(designer.suggest, request)


def optuna_proposals(
    trials: tuple[Trial, ...], space: Space, size: int
) -> Iterator[Callable[[], object]]:
    """Yield proposals of GPSampler on the same histories."""
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.GPSampler(seed=0))
    floats: dict[str, optuna.distributions.BaseDistribution] = {
        name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in space
    }
    known = [
        optuna.trial.create_trial(
            params=dict(trial.configuration), distributions=floats, value=trial.objective
        )
        for trial in trials
    ]
    study.add_trials(known[:size])
    for trial in known[size:]:
        yield partial(study.ask, floats)
        for running in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
            study.tell(running.number, state=optuna.trial.TrialState.FAIL)
        study.add_trial(trial)


def history(dimensions: tuple[int, ...], count: int) -> tuple[tuple[Trial, ...], Pipeline, Space]:
    """Return trials that reuse prefixes of the best one so far as often as a search does."""
    rng = np.random.default_rng(0)
    reads = [tuple(f"x{k}{i}" for i in range(d)) for k, d in enumerate(dimensions)]
    names = [f"stage{k}" for k in range(len(dimensions))]
    stages = tuple(
        Stage(name=name, reads=reads[k], upstream=tuple(names[:k][-1:]))
        for k, name in enumerate(names)
    )
    space = Space({name: Float(0.0, 1.0) for group in reads for name in group})
    trials: list[Trial] = []
    for number in range(1, count + 1):
        values = dict(zip(space, rng.random(len(space)).tolist(), strict=True))
        kept = int(rng.integers(1, len(names))) if number > 1 and rng.random() < REUSE else 0
        best = max(trials, key=lambda trial: trial.objective or 0.0) if kept else None
        for name in (n for group in reads[:kept] for n in group):
            values[name] = best.configuration[name] if best else values[name]
        trials.append(_trial(number, Configuration(values), reads, kept))
    return tuple(trials), Pipeline(name="benchmark", stages=stages), space


def _trial(
    number: int, configuration: Configuration, reads: list[tuple[str, ...]], kept: int
) -> Trial:
    x = np.array(list(configuration.values()), dtype=float)
    records = []
    for k, group in enumerate(reads):
        own = np.array([configuration[name] for name in group], dtype=float)
        outcome = StageOutcome.CACHED if k < kept else StageOutcome.EXECUTED
        seconds = 0.0 if k < kept else float(5.0 * np.exp(np.sin(3.0 * own).sum()))
        records.append(StageRecord(stage=f"stage{k}", outcome=outcome, seconds=seconds))
    return Trial(
        number=number,
        configuration=configuration,
        state=TrialState.SUCCEEDED,
        stages=tuple(records),
        objective=float(np.sin(5.0 * x).sum() - ((x - 0.4) ** 2).sum()),
    )


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # Numerical libraries read the variable when they are loaded.
        arguments = [sys.executable, "-m", "benchmarks.proposal_speed", *sys.argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, "OMP_NUM_THREADS": "1"})  # noqa: S606
    main()
