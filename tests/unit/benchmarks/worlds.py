"""Small problems and traces that the tests of the benchmarks share."""

from functools import partial

from benchmarks.accounting import Trace
from benchmarks.problems.problem import Problem, random_warm_up
from benchmarks.world import Row
from eeipu_kfp.runners.simulated import three_stage_problem


def small_problem(**changes) -> Problem:
    """The simulated chain of three stages as a problem."""
    known = three_stage_problem()
    settings = {
        "name": "small",
        "pipeline": known.pipeline,
        "space": known.space,
        "budget": 2500.0,
        "optimum": known.best,
        "known_by": "construction",
        "warm_up": partial(random_warm_up, known.space),
        "hit_seconds": 0.5,
        **changes,
    }
    return Problem(**settings)


def row(trial, *, spent, best, **fields) -> Row:
    """A row of a search on the small problem."""
    settings = {
        "problem": "small",
        "method": "eeipu@pool",
        "seed": 1,
        "is_warm_up": False,
        "cost": 1.0,
        "objective": best,
        "hits": 0,
        "stages_run": 3,
        "proposal_seconds": 0.1,
        **fields,
    }
    return Row(trial=trial, spent=spent, best=best, **settings)


def trace(*pairs, warm_up=1, budget=10.0, optimum=1.0, **fields) -> Trace:
    """A trace of (spent, best) pairs, the first few of them given."""
    rows = [
        row(i, spent=spent, best=best, is_warm_up=i <= warm_up, **fields)
        for i, (spent, best) in enumerate(pairs, start=1)
    ]
    return Trace.of(rows, budget, optimum)
