"""How long a proposal takes, next to Optuna's GPSampler and Ax on the same history.

    python -m benchmarks.proposal_speed [--quick]

Every figure is the median wall time over successive proposals of a search that goes on, one trial
more each time, on one thread, in a process of its own. The peers fit one process and know neither
stages, nor costs, nor cached prefixes; GPSampler climbs from one start after another where the
package greenlet is missing, and says so.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import resource
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import optuna

from benchmarks.ax_peer import new_client, tell
from benchmarks.histories import PastSearch
from benchmarks.optuna_peer import distributions
from eeipu_kfp.search.designers import make_designer

_SHAPES = {"3 stages, 7 parameters": (2, 3, 2), "5 stages, 12 parameters": (2, 3, 2, 3, 2)}
_SIZES = (20, 60, 200, 500, 1000)
_REPEATS = {"eeipu": 9, "GPSampler": 9, "Ax": 3}
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_MIB_PER_KIB = 1 / 1024

Proposals: TypeAlias = Iterator[Callable[[], object]]
"""Successive proposals of a search, each to be called once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A method at one size of the history.

    Attributes:
        first: Wall seconds of the first proposal of the process.
        usual: Median wall seconds of the later ones.
        memory: The most memory that the process held, in MiB.
    """

    first: float
    usual: float
    memory: float


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="one shape, small histories, no Ax")
    quick = parser.parse_args().quick
    sizes = _SIZES[: 2 if quick else None]
    methods = list(_METHODS)[: 2 if quick else None]
    for title, dimensions in list(_SHAPES.items())[: 1 if quick else None]:
        print(f"\n{title}")
        print(f"{'':>26}" + "".join(f"{f'n = {size}':>12}" for size in sizes), flush=True)
        table = {name: _row(name, dimensions, sizes) for name in methods}
        ours = table["eeipu"]
        for name in methods[1:]:
            ratios = [a.usual / b.usual for a, b in zip(ours, table[name], strict=True)]
            print(f"{f'eeipu / {name}':>26}" + "".join(f"{ratio:>12.2f}" for ratio in ratios))


def _row(name: str, dimensions: tuple[int, ...], sizes: tuple[int, ...]) -> list[Measured]:
    row = [_apart(name, dimensions, size) for size in sizes]
    for what, figures in (
        (f"{name}, seconds", [f"{found.usual:.3f}" for found in row]),
        ("the first of a process", [f"{found.first:.3f}" for found in row]),
        ("most memory, MiB", [f"{found.memory:.0f}" for found in row]),
    ):
        print(f"{what:>26}" + "".join(f"{figure:>12}" for figure in figures), flush=True)
    return row


def _apart(name: str, dimensions: tuple[int, ...], size: int) -> Measured:
    """Measure in a process of its own, on one thread."""
    # Numerical libraries read these when a new process loads them.
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(measure, name, dimensions, size, _REPEATS[name]).result()


def measure(name: str, dimensions: tuple[int, ...], size: int, repeats: int) -> Measured:
    """Time successive proposals of a method.

    Args:
        name: `eeipu`, `GPSampler` or `Ax`.
        dimensions: How many parameters each stage reads.
        size: The number of trials before the first proposal.
        repeats: How many proposals follow the first.
    """
    past = PastSearch.made_up(dimensions, size + repeats + 1)
    first, *usual = [_timed(proposal) for proposal in _METHODS[name](past, size)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MIB_PER_KIB
    return Measured(first=first, usual=statistics.median(usual), memory=memory)


def _timed(proposal: Callable[[], object]) -> float:
    began = time.perf_counter()
    proposal()
    return time.perf_counter() - began


def _eeipu(past: PastSearch, size: int) -> Proposals:
    designer = make_designer("eeipu")
    for count in range(size, len(past.trials)):
        yield partial(designer.suggest, past.request(count))


def _gp_sampler(past: PastSearch, size: int) -> Proposals:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.GPSampler(seed=0))
    floats = distributions(past.space)
    known = [
        optuna.trial.create_trial(
            params=dict(trial.configuration), distributions=floats, value=trial.objective
        )
        for trial in past.trials
    ]
    study.add_trials(known[:size])
    for trial in known[size:]:
        yield partial(study.ask, floats)
        for running in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
            study.tell(running.number, state=optuna.trial.TrialState.FAIL)
        study.add_trial(trial)


def _ax(past: PastSearch, size: int) -> Proposals:
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore")
    client = new_client(past.space, seed=0)
    for number, trial in enumerate(past.trials):
        if number == size:
            # The first that it is asked for is no proposal of its model yet.
            client.get_next_trials(max_trials=1)
        if number >= size:
            yield partial(client.get_next_trials, max_trials=1)
            client.mark_trial_abandoned(max(client.summarize()["trial_index"]))
        tell(client, trial.configuration, trial.objective)


_METHODS: Mapping[str, Callable[[PastSearch, int], Proposals]] = MappingProxyType(
    {"eeipu": _eeipu, "GPSampler": _gp_sampler, "Ax": _ax}
)


if __name__ == "__main__":
    main()
