"""What the cache will make of a budget, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.trial import StageOutcome, TrialState
from eeipu_kfp.tuning.forecast import Prices, Standing, forecast, run_shares

WHOLE_TRIALS = 7
"""With how many trials that run every stage the default search begins."""

_SEARCHES = ("eeipu", "eeipu-published")
_WARM_UP_SHARE = 0.25
_NOTABLE_GAIN = 1.15
# The rule was checked up to here.
_LARGEST_GAIN = 4.0
_ERROR = "give or take a quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What an experiment has before it.

    Attributes:
        experiment: The campaign.
        pipeline: The stages.
        cached: What is cached already.
        history: The trials so far.
    """

    experiment: Experiment
    pipeline: Pipeline
    cached: CachedStages
    history: History

    def priced(self, charged: Mapping[str, float], weighed: Mapping[str, float]) -> str:
        """Return what the cache will make of what is left of the budget.

        Args:
            charged: What the budget is charged for each stage that runs.
            weighed: The same with the time beside the compute, whether or not it is charged.
        """
        if self.experiment.algorithm.name not in _SEARCHES:
            return self._unaware
        beside = {name: weighed[name] - charged[name] for name in charged}
        prices = Prices(stages=charged, beside=beside, hit=self._hit())
        found = forecast(
            self._left, self.pipeline, self.experiment.space, prices, self._standing(prices.whole)
        )
        if found.whole < 1.0 or prices.whole <= 0:
            return ""
        if found.gain < _NOTABLE_GAIN:
            return self._hopeless(prices)
        shares = run_shares(self.pipeline, self.experiment.space, prices)
        spared = max(charged, key=lambda name: (1.0 - shares[name]) * charged[name])
        why = (
            f"`{spared}`, {_percent(charged, spared)} of the cost, would run in about "
            f"{100 * shares[spared]:.0f} % of those after the warm-up"
        )
        if found.gain > _LARGEST_GAIN:
            return f"with the cache it should be more than {_LARGEST_GAIN:g} times as many: {why}"
        return (
            f"with the cache it should be {found.gain:.1f} times as many ({_ERROR}), so about "
            f"{found.trials:.0f} trials if they cost what they did so far: {why}"
        )

    def unpriced(self) -> str:
        """Return what the cache will make of any budget, where no stage's cost is known yet."""
        if self.experiment.algorithm.name not in _SEARCHES:
            return self._unaware
        prices = Prices(stages=dict.fromkeys(self.pipeline.names, 1.0))
        shares = run_shares(self.pipeline, self.experiment.space, prices)
        gain = prices.whole / max(sum(shares.values()), 1.0)
        if gain < _NOTABLE_GAIN:
            return self._hopeless(prices)
        return (
            f"if all stages cost the same, the cache should make about {gain:.1f} times as many "
            "trials, and more if the first stages cost most"
        )

    @property
    def _left(self) -> float:
        budget = self.experiment.budget
        return max(0.0, budget.amount - budget.spent(self.history.trials))

    @property
    def _unaware(self) -> str:
        name = self.experiment.algorithm.name
        return f"`{name}` does not look for what is cached, so do not count on more"

    def _hopeless(self, prices: Prices) -> str:
        dearest = max(prices.stages, key=lambda name: prices.stages[name])
        if len(self.pipeline.names) == 1:
            return "there is only one stage, so the cache has nothing to spare"
        if prices.stages[dearest] > prices.whole / 2:
            share = _percent(prices.stages, dearest)
            return (
                f"most of the cost ({share}) is in `{dearest}`, which most trials must run: "
                "the cache will hardly help"
            )
        return "the cache will hardly help: most trials must run what costs most"

    def _standing(self, whole: float) -> Standing:
        """Return what is left of the warm-up: half of it, and at most a quarter of the budget."""
        asked = self.experiment.algorithm.warm_up_trials
        planned = WHOLE_TRIALS if asked is None else asked / 2
        most = _WARM_UP_SHARE * self.experiment.budget.amount / whole if whole > 0 else planned
        done = len(self.history.trials) - len(self.history.in_state(TrialState.STOPPED))
        return Standing(
            whole_trials=max(0.0, min(planned, most) - done),
            cached={name: self.cached.count(name) for name in self.pipeline.names},
        )

    def _hit(self) -> float:
        """Return what the budget was charged for a usual hit; 0 before any."""
        found = [
            self.experiment.budget.cost_of(record)
            for trial in self.history.trials
            for record in trial.stages
            if record.outcome is StageOutcome.CACHED
        ]
        return median(found) if found else 0.0


def _percent(costs: Mapping[str, float], name: str) -> str:
    return f"{100 * costs[name] / sum(costs.values()):.0f} %"
