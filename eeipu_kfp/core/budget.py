"""The budget: what an experiment may spend, and what is charged to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from eeipu_kfp.core.trial import StageRecord, Trial
from eeipu_kfp.errors import InvalidValueError

_SECONDS_PER_HOUR = 3600.0


class Counted(StrEnum):
    """The time of a stage that is charged."""

    COMPUTE = "Compute"
    COMPUTE_AND_OVERHEAD = "ComputeAndOverhead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What an experiment may spend, in seconds or in money.

    A cost is an amount in the budget's unit: the time of stages that is charged, each second of a
    stage weighted by its price where there are prices.

    Attributes:
        amount: What may be spent.
        counts: The time of a stage that is charged.
        prices: Money per hour by stage, for every stage; none for a budget in seconds.
        currency: What money is called.

    Raises:
        InvalidValueError: The amount is not above 0, a price is negative, or all are 0.
    """

    amount: float
    counts: Counted = Counted.COMPUTE
    prices: Mapping[str, float] = field(default_factory=dict)
    currency: str = "money"

    def __post_init__(self) -> None:
        if not 0 < self.amount < float("inf"):
            message = f"budget is {self.amount}, but must be above 0"
            raise InvalidValueError(message, hint="write what the stages may take together")
        for stage, price in self.prices.items():
            if not 0 <= price < float("inf"):
                message = f"price of stage `{stage}` is {price}, but must be 0 or more"
                raise InvalidValueError(message)
        if self.prices and not any(self.prices.values()):
            message = "all prices are 0, so that nothing would ever be spent"
            raise InvalidValueError(message, hint="give at least one stage a price above 0")

    @property
    def unit(self) -> str:
        """What follows an amount: `s`, or the currency."""
        return self.currency if self.prices else "s"

    @property
    def document_field(self) -> str:
        """Where an experiment's document has the amount."""
        return "budget.money.amount" if self.prices else "budget.seconds"

    @property
    def counts_overhead(self) -> bool:
        """Whether the time beside the compute is charged as well."""
        return self.counts is Counted.COMPUTE_AND_OVERHEAD

    def weight(self, stage: str) -> float:
        """Return what a second of a stage costs; in money, a stage without a price is free."""
        return self.prices.get(stage, 0.0) / _SECONDS_PER_HOUR if self.prices else 1.0

    def cost_of(self, record: StageRecord) -> float:
        """Return what a stage of a trial is charged with."""
        overhead = record.overhead_seconds if self.counts_overhead else 0.0
        return self.weight(record.stage) * (record.seconds + overhead)

    def spent_on(self, trial: Trial) -> float:
        """Return what the stages of a trial are charged with so far."""
        return sum(self.cost_of(record) for record in trial.stages)

    def spent(self, trials: Iterable[Trial]) -> float:
        """Return what is charged so far."""
        return sum(self.spent_on(trial) for trial in trials)

    def saved_on(self, trial: Trial) -> float:
        """Return the cost of the compute time that cached stages of a trial avoided."""
        return sum(self.weight(r.stage) * r.saved_seconds for r in trial.stages)

    def shown(self, cost: float) -> str:
        """Return a cost with its unit: seconds to a tenth, money with four digits."""
        return f"{cost:.4g} {self.unit}" if self.prices else f"{cost:.1f} s"
