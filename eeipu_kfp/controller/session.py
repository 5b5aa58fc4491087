"""One experiment at work: its loop, turn by turn, until it ends."""

from __future__ import annotations

from collections.abc import Mapping

from eeipu_kfp.controller.ledger import End, limits_of, read_end, write_end
from eeipu_kfp.controller.opening import Opened
from eeipu_kfp.controller.status import Standing
from eeipu_kfp.core.history import History
from eeipu_kfp.core.ports import Clock, Designer
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.report.result import TuningResult
from eeipu_kfp.report.summary import summarise
from eeipu_kfp.tuning.driver import Surroundings
from eeipu_kfp.tuning.events import Event, Observer
from eeipu_kfp.tuning.identity import identity
from eeipu_kfp.tuning.loop import TuningLoop

_SECONDS_BETWEEN_POD_LOOKS = 20.0


class Session:
    """An experiment that was opened, and goes on where its ledger ends.

    It is thrown away at any fault, since the ledger knows all that counts.

    Attributes:
        opened: The experiment and all that it needs.
        history: Its trials, as they were after the last turn.
        end: How it has ended; None while it has not.
    """

    def __init__(
        self, opened: Opened, designer: Designer, *, clock: Clock, observe: Observer
    ) -> None:
        """Take up the trials that the ledger holds.

        An experiment that has ended stays so, unless a limit was raised since.

        Raises:
            LedgerError: The ledger is damaged, or of another experiment.
            StoreError: The store does not answer.
        """
        self.opened = opened
        self._clock = clock
        self._observe = observe
        self._has_news = True
        self._looked_at = clock.now()
        ledger = opened.ledger.documents
        ledger.claim(identity(opened.experiment, opened.pipeline))
        end = read_end(ledger)
        if end is not None and limits_of(opened.experiment).exceed(end.limits):
            ledger.reopen()
            end = None
        self.end = end
        self._loop = None if end else TuningLoop(self._surroundings(), designer)
        self.history = self._loop.history if self._loop else self._read()

    def turn(self, *, suspended: bool) -> bool:
        """Do what can be done now.

        Args:
            suspended: Whether new trials are held back.

        Returns:
            Whether anything has happened.
        """
        if self._loop is None:
            return False
        self._has_news = False
        stop = self._loop.turn(suspended=suspended)
        self.history = self._loop.history
        if stop is not None:
            limits = limits_of(self.opened.experiment)
            end = End(stop=stop, finished_at=self._clock.now(), limits=limits)
            write_end(self.opened.ledger.documents, end)
            self.end, self._loop = end, None
        return self._has_news or stop is not None

    def stuck(self) -> Mapping[int, str]:
        """Return what runs wait for that may never come, by trial; looked up now and then.

        Raises:
            RunnerError: Neither the backend nor the pods tell.
        """
        now = self._clock.now()
        if self._loop is None or now - self._looked_at < _SECONDS_BETWEEN_POD_LOOKS:
            return {}
        self._looked_at = now
        opened, running = self.opened, self.history.in_state(TrialState.RUNNING)
        handles = {t.number: opened.ledger.runs.get(t.number) for t in running}
        found = {n: opened.runner.stuck(handle) for n, handle in handles.items() if handle}
        return {number: why for number, why in found.items() if why is not None}

    def standing(self) -> Standing:
        """Return all that is to be shown of the experiment."""
        return Standing(
            experiment=self.opened.experiment,
            history=self.history,
            summary=summarise(self.opened.pipeline.shape, self.history),
            runs=self.opened.ledger.runs,
            cache=self.opened.cache_size(),
            finished_at=self.end.finished_at if self.end else None,
        )

    def result(self) -> TuningResult:
        """Return how the experiment ended, or where it stands."""
        return TuningResult(
            history=self.history,
            summary=summarise(self.opened.pipeline.shape, self.history),
            stop=self.end.stop if self.end else None,
        )

    def _surroundings(self) -> Surroundings:
        opened = self.opened
        return Surroundings(
            experiment=opened.experiment,
            pipeline=opened.pipeline,
            runner=opened.runner,
            cache=opened.cache,
            ledger=opened.ledger,
            clock=self._clock,
            scratch=None,
            observe=self._watch,
        )

    def _watch(self, event: Event) -> None:
        self._has_news = True
        self._observe(event)

    def _read(self) -> History:
        trials = tuple(trial for trial, _ in self.opened.ledger.load())
        return History(objective=self.opened.experiment.objective, trials=trials)
