"""Mistakes in an experiment: a place, what stands there, and what the API server says."""

from __future__ import annotations

from typing import Any

from tests.cluster.documents.sound import MONEY
from tests.unit.experiment.samples import MISSING

_SPACE = "spec/parameters/0/searchSpace"
_IN = "spec.parameters[0].searchSpace"

REFUSED: dict[str, tuple[str, Any, str]] = {
    "no pipeline": ("spec/pipeline", {}, "spec.pipeline: * write exactly one of `inline`"),
    "two pipelines": (
        "spec/pipeline/registered",
        {"name": "a", "version": "b"},
        "spec.pipeline: * write exactly one of `inline`, `configMapRef`, `registered`",
    ),
    "two search spaces": (
        f"{_SPACE}/boolean",
        {},
        f"{_IN}: * write exactly one of `uniform`, `logUniform`, `categorical`, `boolean`",
    ),
    "no search space": (_SPACE, {}, f"{_IN}: * write exactly one of `uniform`"),
    "no budget": ("spec/budget", {}, "spec.budget: * write exactly one of `seconds`, `money`"),
    "two budgets": ("spec/budget/money", MONEY, "spec.budget: * write exactly one of `seconds`"),
    "bounds swapped": (
        _SPACE,
        {"uniform": {"min": "10", "max": "9.5"}},
        f"{_IN}.uniform: * min must be below max: swap them",
    ),
    "bounds equal": (
        _SPACE,
        {"logUniform": {"min": "0.1", "max": "1e-1"}},
        f"{_IN}.logUniform: * min must be below max: swap them",
    ),
    "logarithm of 0": (
        _SPACE,
        {"logUniform": {"min": 0, "max": 1}},
        f"{_IN}.logUniform.min: * min of a logarithmic range must be above 0: raise min",
    ),
    "no step": (
        _SPACE,
        {"uniform": {"min": 0, "max": 1, "step": 0}},
        f"{_IN}.uniform.step: * step must be above 0: write the distance",
    ),
    "step beside max": (
        _SPACE,
        {"uniform": {"min": 0, "max": 1, "step": "0.3"}},
        f"{_IN}.uniform.step: * step does not lead from min to max: change max, or the step",
    ),
    "step beyond max": (
        _SPACE,
        {"uniform": {"min": 0, "max": 1, "step": 3}},
        f"{_IN}.uniform.step: * step does not lead from min to max",
    ),
    "step a little off": (
        _SPACE,
        {"uniform": {"min": 0, "max": "1000.0001", "step": 1}},
        f"{_IN}.uniform.step: * step does not lead from min to max",
    ),
    "bound without quotes": (
        _SPACE,
        {"uniform": {"min": 0.5, "max": 1}},
        f"{_IN}.uniform.min in body must be of type integer,string",
    ),
    "bound not a number": (
        _SPACE,
        {"uniform": {"min": "low", "max": 1}},
        f"{_IN}.uniform.min in body should match",
    ),
    "bound beyond numbers": (_SPACE, {"uniform": {"min": 0, "max": "1e999"}}, f"{_IN}.uniform: *"),
    "choice twice": (
        _SPACE,
        {"categorical": {"choices": ["1", "2", "1"]}},
        f"{_IN}.categorical.choices[2]: Duplicate value",
    ),
    "no choice": (
        _SPACE,
        {"categorical": {"choices": []}},
        f"{_IN}.categorical.choices in body should have at least 1 items",
    ),
    "parameter twice": (
        "spec/parameters/1/name",
        "rate",
        'spec.parameters[1]: Duplicate value: {"name":"rate"}',
    ),
    "argument twice": (
        "spec/arguments/1/name",
        "data",
        'spec.arguments[1]: Duplicate value: {"name":"data"}',
    ),
    "tuned and fixed": (
        "spec/arguments/1/name",
        "rate",
        "spec.arguments: * an input is fixed here, but tuned at spec.parameters as well: remove it",
    ),
    "more at once than at all": (
        "spec/parallelTrials",
        60,
        "spec.parallelTrials: * parallelTrials is above maxTrials: lower it, or raise maxTrials",
    ),
    "nothing but warm-up": (
        "spec/algorithm/warmUpTrials",
        60,
        "spec.algorithm: * warmUpTrials is above maxTrials: lower it, or raise maxTrials",
    ),
    "no money": (
        "spec/budget",
        {"money": {**MONEY, "amount": 0}},
        "spec.budget.money.amount: * amount must be above 0",
    ),
    "negative price": (
        "spec/budget",
        {"money": {**MONEY, "prices": [{"name": "train", "perHour": "-1"}]}},
        "spec.budget.money.prices[0].perHour: * perHour must be 0 or more",
    ),
    "price twice": (
        "spec/budget",
        {"money": {**MONEY, "prices": [{"name": "train", "perHour": 1}] * 2}},
        'spec.budget.money.prices[1]: Duplicate value: {"name":"train"}',
    ),
    "currency of digits": (
        "spec/budget",
        {"money": {**MONEY, "currency": "1"}},
        "spec.budget.money.currency: * write a word such as `EUR`",
    ),
    "no seconds": (
        "spec/budget/seconds",
        0,
        "spec.budget.seconds in body should be greater than or equal to 1",
    ),
    "no objective": ("spec/objective", MISSING, "spec.objective: Required value"),
    "metric without a stage": (
        "spec/objective/metric",
        "auroc",
        "spec.objective.metric: * write `stage.output` or `stage.artifact.key`",
    ),
    "direction unknown": (
        "spec/objective/direction",
        "Up",
        'spec.objective.direction: Unsupported value: "Up": supported values: "Maximize"',
    ),
    "algorithm unknown": ("spec/algorithm/name", "tpe", 'supported values: "eeipu"'),
    "policy unknown": (
        "spec/cache/deletionPolicy",
        "Keep",
        'deletionPolicy: Unsupported value: "Keep": supported values: "Retain", "Delete"',
    ),
    "size of unknown unit": (
        "spec/cache/sizeLimit",
        "10GB",
        "spec.cache.sizeLimit in body should match",
    ),
    "ConfigMap in capitals": (
        "spec/pipeline",
        {"configMapRef": {"name": "P", "key": "k"}},
        "spec.pipeline.configMapRef.name: * write lower-case letters, digits and `-`",
    ),
    "unknown field": ("spec/budgets", {}, 'unknown field "spec.budgets"'),
    "unknown field far inside": (
        f"{_SPACE}/logUniform/base",
        10,
        f'unknown field "{_IN}.logUniform.base"',
    ),
    "name with a dot": (
        "metadata/name",
        "a.b",
        "metadata.name: * a name has 63 characters at most, and no dot: shorten it",
    ),
    "name too long": ("metadata/name", "a" * 64, "metadata.name: * a name has 63 characters"),
}
"""What a laptop refuses as well; `*` stands for the value as the API server repeats it."""

REFUSED_ON_A_CLUSTER: dict[str, tuple[str, Any, str]] = {
    "file": (
        "spec/pipeline",
        {"path": "p.yaml"},
        "spec.pipeline.path: * path is a file, which a cluster cannot read: run `eeipu apply FILE`",
    ),
    "function": (
        "spec/pipeline",
        {"function": "pipelines:train"},
        "spec.pipeline.function: * function is Python code, which a cluster cannot read: run",
    ),
    "folder": (
        "spec/cache/store",
        {"directory": {"path": "cache"}},
        "spec.cache.store: * a cluster has one store for all experiments: leave `store` out",
    ),
}
"""What is right on a laptop alone."""
