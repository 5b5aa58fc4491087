"""Runs the units of a suite on some cores, and goes on where an earlier run has ended."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.methods import Method
from benchmarks.problems.suites import problem
from benchmarks.results import Results, Unit
from benchmarks.world import Row, run
from eeipu_kfp.errors import EeipuError

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a campaign is.

    Attributes:
        done: Units that have ended.
        total: Units in all.
        seconds: How long it has taken so far.
    """

    done: int
    total: int
    seconds: float

    @property
    def left_seconds(self) -> float:
        """About how long it will still take, at the pace so far."""
        return self.seconds / self.done * (self.total - self.done)


def units(problems: Iterable[str], methods: Iterable[str], seeds: int) -> tuple[Unit, ...]:
    """Return the units, seed by seed, so that what is done at any time is even."""
    names = [Method.named(method).name for method in methods]
    return tuple(
        Unit(seed=seed, problem=name, method=method)
        for seed in range(1, seeds + 1)
        for name in problems
        for method in names
    )


def campaign(
    wanted: Collection[Unit],
    results: Results,
    jobs: int,
    report: Callable[[Unit, Progress, str], None],
) -> int:
    """Run what is not there yet.

    Args:
        wanted: The units.
        results: Where finished ones are, and are put.
        jobs: How many to run at once, each on one thread.
        report: Told of every unit as it ends, with what went wrong; empty where nothing did.

    Returns:
        How many units have failed.
    """
    finished = results.load()
    results.keep(finished)
    left = [unit for unit in wanted if unit not in finished]
    began, failed = time.monotonic(), 0
    with _one_thread_workers(jobs) as pool, _dropping(pool):
        running = {pool.submit(run_unit, unit): unit for unit in left}
        for done, future in enumerate(as_completed(running), start=1):
            trouble = _take(future, results)
            failed += bool(trouble)
            seconds = time.monotonic() - began
            progress = Progress(done=done, total=len(left), seconds=seconds)
            report(running[future], progress, trouble)
    return failed


def run_unit(unit: Unit) -> tuple[Row, ...]:
    """Return the trials of one search."""
    return run(problem(unit.problem), Method.named(unit.method), unit.seed)


def _take(future: Future[tuple[Row, ...]], results: Results) -> str:
    try:
        results.add(future.result())
    except (EeipuError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        # One method that breaks on one problem must not take the others' results along.
        return f"{type(error).__name__}: {error}"
    return ""


@contextmanager
def _dropping(pool: ProcessPoolExecutor) -> Iterator[None]:
    """Start nothing more once anything goes wrong, Ctrl-C included."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _one_thread_workers(jobs: int) -> ProcessPoolExecutor:
    # Numerical libraries read these when a new process loads them.
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
