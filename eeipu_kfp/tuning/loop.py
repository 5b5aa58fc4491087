"""The tuning loop: the same for a laptop, a simulation and a controller."""

from __future__ import annotations

from dataclasses import dataclass

from eeipu_kfp.cache.pool import cached_stages
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.history import History
from eeipu_kfp.core.ports import Designer
from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.core.trial import StageOutcome, Trial
from eeipu_kfp.tuning.driver import Surroundings, TrialDriver
from eeipu_kfp.tuning.events import ExperimentEnded, TrialEnded, TrialSuggested
from eeipu_kfp.tuning.planner import free_slots, refusal, remaining, verdict

_POLL_SECONDS = 0.02
_BEST_TRIALS_PINNED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an experiment ended.

    Attributes:
        history: Every trial.
        stop: Why there are no more.
    """

    history: History
    stop: Stop


class TuningLoop:
    """Suggests, launches and follows trials until the experiment ends.

    A new loop takes up the trials that the ledger holds.

    Raises:
        LedgerError: The ledger is damaged.
        StoreError: The cache's store cannot be read.
    """

    def __init__(self, surroundings: Surroundings, designer: Designer) -> None:
        self._with = surroundings
        self._designer = designer
        self._closed: dict[int, Trial] = {}
        self._drivers: dict[int, TrialDriver] = {}
        self._stop: Stop | None = None
        self._has_suggested = False
        for trial, handle in surroundings.ledger.load():
            if trial.state.is_terminal:
                self._closed[trial.number] = trial
            else:
                self._drivers[trial.number] = TrialDriver(surroundings, trial, handle=handle)
        self._cached = self._read_cache()

    @property
    def history(self) -> History:
        """Every trial as it is now."""
        open_trials = {number: driver.trial for number, driver in self._drivers.items()}
        trials = {**self._closed, **open_trials}
        return History(
            objective=self._with.experiment.objective,
            trials=tuple(trials[number] for number in sorted(trials)),
        )

    def run(self) -> Outcome:
        """Tune until the experiment ends.

        An exception, KeyboardInterrupt included, stops the running trials but leaves them open;
        another loop goes on with them.
        """
        try:
            while (stop := self.turn()) is None:
                if not self._has_suggested:
                    self._with.clock.sleep(_POLL_SECONDS)
        except BaseException:
            for driver in self._drivers.values():
                driver.interrupt()
            raise
        self._with.observe(ExperimentEnded(stop=stop, history=self.history))
        return Outcome(history=self.history, stop=stop)

    def turn(self, *, suspended: bool = False) -> Stop | None:
        """Do what can be done now, and wait for nothing: follow the open trials, suggest another.

        Args:
            suspended: Whether new trials are held back; open ones go on.

        Returns:
            Why the experiment has ended; None while it goes on.
        """
        self._has_suggested = False
        for driver in tuple(self._drivers.values()):
            self._step(driver)
        stop = verdict(self._with.experiment, self.history) or self._stop
        if stop is not None and stop.ends_running_trials:
            self._abandon_all()
        if stop is not None and not self._drivers:
            return stop
        if stop is None and not suspended and free_slots(self._with.experiment, self.history):
            self._suggest()
        return None

    def _step(self, driver: TrialDriver) -> None:
        others = [other for other in self._drivers.values() if other is not driver]
        driver.step({digest for other in others for digest in other.computing})
        if driver.trial.state.is_terminal:
            self._close(driver)

    def _close(self, driver: TrialDriver) -> None:
        self._closed[driver.trial.number] = driver.trial
        del self._drivers[driver.trial.number]
        self._stop = None
        for record in driver.trial.stages:
            if record.outcome is StageOutcome.EXECUTED:
                self._cached = self._cached.including(record.stage, driver.trial.configuration)
        self._evict()
        self._with.observe(TrialEnded(trial=driver.trial, history=self.history))

    def _abandon_all(self) -> None:
        for driver in tuple(self._drivers.values()):
            driver.abandon()
            self._close(driver)

    def _suggest(self) -> None:
        self._has_suggested = True
        request = self._request()
        answer = self._designer.suggest(request)
        if isinstance(answer, Stop):
            self._stop = answer
            return
        self._stop = refusal(answer, request.budget, request.remaining)
        if self._stop is None:
            self._note(answer)

    def _request(self) -> SuggestionRequest:
        experiment, history = self._with.experiment, self.history
        return SuggestionRequest(
            pipeline=self._with.pipeline.shape,
            space=experiment.space,
            objective=experiment.objective,
            trials=history.trials,
            cached=self._soon_cached(),
            budget=experiment.budget,
            remaining=remaining(experiment.budget, history),
            seed=experiment.algorithm.seed,
            warm_up_trials=experiment.algorithm.warm_up_trials,
        )

    def _note(self, suggestion: Suggestion) -> None:
        trial = Trial(
            number=max((t.number for t in self.history.trials), default=0) + 1,
            configuration=suggestion.configuration,
            expected_cost=suggestion.expected_cost,
            is_warm_up=suggestion.is_warm_up,
        )
        self._drivers[trial.number] = TrialDriver(self._with, trial)
        self._with.observe(TrialSuggested(trial=trial, suggestion=suggestion))

    def _soon_cached(self) -> CachedStages:
        """What is cached, and what will be once the open trials have run: nobody pays it again."""
        cached = self._cached
        for driver in self._drivers.values():
            for stage in self._with.pipeline.shape.names:
                cached = cached.including(stage, driver.trial.configuration)
        return cached

    def _read_cache(self) -> CachedStages:
        experiment = self._with.experiment
        return cached_stages(
            self._with.cache.entries(),
            self._with.pipeline,
            experiment.space,
            experiment.arguments,
            salt=experiment.cache.salt,
        )

    def _evict(self) -> None:
        limit = self._with.experiment.cache.size_limit_bytes
        if limit is None:
            return
        pinned = {digest for driver in self._drivers.values() for digest in driver.digests}
        for trial in self.history.leading(_BEST_TRIALS_PINNED):
            pinned.update(key.digest for key in self._with.keys(trial).values())
        if self._with.cache.collect(limit, pinned):
            self._cached = self._read_cache()
