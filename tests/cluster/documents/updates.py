"""Changes of an experiment that exists: a place, and what stands there afterwards."""

from __future__ import annotations

from typing import Any

from tests.cluster.documents.sound import MONEY
from tests.unit.experiment.samples import MISSING

ALLOWED: dict[str, tuple[str, Any]] = {
    "suspend": ("spec/suspend", True),
    "fewer at once": ("spec/parallelTrials", 1),
    "more at once": ("spec/parallelTrials", 8),
    "another time to live": ("spec/ttlSecondsAfterFinished", 0),
    "no end to its life": ("spec/ttlSecondsAfterFinished", MISSING),
    "larger budget": ("spec/budget/seconds", 601),
    "more trials": ("spec/maxTrials", 51),
    "trials without a limit": ("spec/maxTrials", MISSING),
    "more failed trials": ("spec/maxFailedTrials", 4),
    "longer stages": ("spec/stageTimeoutSeconds", 61),
    "stages without a limit": ("spec/stageTimeoutSeconds", MISSING),
    "larger cache": ("spec/cache/sizeLimit", "10241Mi"),
    "cache without a limit": ("spec/cache/sizeLimit", MISSING),
    "another policy": ("spec/cache/deletionPolicy", "Retain"),
}

_FIXED = "cannot change: take the change back, or write a new experiment"
_RISES = "may only rise: take the change back, or raise it"

FORBIDDEN: dict[str, tuple[str, Any, str]] = {
    "pipeline": ("spec/pipeline/inline", "y", f"spec.pipeline: * pipeline {_FIXED}"),
    "objective": ("spec/objective/direction", "Minimize", f"objective {_FIXED}"),
    "goal": ("spec/objective/goal", MISSING, f"spec.objective: * objective {_FIXED}"),
    "parameters": ("spec/parameters/3", MISSING, f"spec.parameters: * parameters {_FIXED}"),
    "bounds": (
        "spec/parameters/0/searchSpace/logUniform/max",
        "1",
        f"spec.parameters: * parameters {_FIXED}",
    ),
    "arguments": ("spec/arguments", MISSING, f"spec.arguments: * arguments {_FIXED}"),
    "algorithm": ("spec/algorithm/seed", 8, f"spec.algorithm: * algorithm {_FIXED}"),
    "smaller budget": ("spec/budget/seconds", 599, f"spec.budget.seconds: * seconds {_RISES}"),
    "other unit": ("spec/budget", {"money": MONEY}, "spec.budget: * the unit of a budget cannot"),
    "time charged": (
        "spec/budget/counts",
        "ComputeAndOverhead",
        f"spec.budget.counts: * counts {_FIXED}",
    ),
    "fewer trials": ("spec/maxTrials", 49, f"spec.maxTrials: * maxTrials {_RISES}"),
    "fewer failed trials": (
        "spec/maxFailedTrials",
        2,
        f"spec.maxFailedTrials: * maxFailedTrials {_RISES}",
    ),
    "shorter stages": (
        "spec/stageTimeoutSeconds",
        59,
        f"spec.stageTimeoutSeconds: * stageTimeoutSeconds {_RISES}",
    ),
    "smaller cache": (
        "spec/cache/sizeLimit",
        "10239Mi",
        f"spec.cache.sizeLimit: * sizeLimit {_RISES}",
    ),
    "salt": ("spec/cache/salt", "v3", f"spec.cache.salt: * salt {_FIXED}"),
}

FORBIDDEN_OF_MONEY: dict[str, tuple[str, Any, str]] = {
    "smaller amount": ("spec/budget/money/amount", 12, f"money.amount: * amount {_RISES}"),
    "price": (
        "spec/budget/money/prices/1/perHour",
        0,
        f"spec.budget.money.prices: * prices {_FIXED}",
    ),
    "currency": ("spec/budget/money/currency", MISSING, f"money.currency: * currency {_FIXED}"),
}
