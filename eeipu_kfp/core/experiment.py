"""A tuning experiment, checked and ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.space import Space
from eeipu_kfp.core.values import Configuration, Value
from eeipu_kfp.errors import InvalidValueError


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """How the search chooses.

    Attributes:
        name: The designer, such as `eeipu` or `random`.
        seed: Fixes every random choice.
        warm_up_trials: Trials before the models are trusted; None for the designer's own choice.
    """

    name: str = "eeipu"
    seed: int = 0
    warm_up_trials: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePolicy:
    """How stage outputs are kept.

    Attributes:
        salt: Any text; another one gives every stage a fresh key.
        size_limit_bytes: What the cache may hold; None for no limit.
    """

    salt: str = ""
    size_limit_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One tuning campaign.

    Attributes:
        name: What people call it.
        objective: What to improve.
        space: The tuned parameters.
        arguments: Values of the pipeline inputs that are not tuned.
        budget: What may be spent.
        max_trials: Trials at most; None for as many as the budget allows.
        parallel_trials: Trials that may run at once.
        max_failed_trials: Failed trials after which the experiment fails.
        stage_timeout_seconds: When a stage counts as hanging; None for never.
        algorithm: How the search chooses.
        cache: How stage outputs are kept.

    Raises:
        InvalidValueError: A number is out of its range.
    """

    name: str
    objective: Objective
    space: Space
    budget: Budget
    arguments: Mapping[str, Value] = field(default_factory=dict)
    max_trials: int | None = None
    parallel_trials: int = 1
    max_failed_trials: int = 5
    stage_timeout_seconds: float | None = None
    algorithm: Algorithm = field(default_factory=Algorithm)
    cache: CachePolicy = field(default_factory=CachePolicy)

    def __post_init__(self) -> None:
        if not self.space:
            message = "no parameter is tuned, but at least one is needed"
            raise InvalidValueError(message, hint="name one under `parameters`")
        _above_zero("parallel trials", self.parallel_trials)
        _above_zero("max trials", self.max_trials)
        _above_zero("stage timeout", self.stage_timeout_seconds)

    def arguments_for(self, configuration: Configuration) -> dict[str, Value]:
        """Return the value of every pipeline input of a trial: fixed ones and tuned ones."""
        return {**self.arguments, **configuration}


def _above_zero(what: str, number: float | None) -> None:
    if number is not None and not 0 < number < float("inf"):
        message = f"{what} is {number}, but must be above 0"
        raise InvalidValueError(message)
