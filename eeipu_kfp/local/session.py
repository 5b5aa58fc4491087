"""Running an experiment on this machine, from all parts put together."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.core.ports import Runner
from eeipu_kfp.local.opening import Opened
from eeipu_kfp.report.result import TuningResult
from eeipu_kfp.runners.lightweight import check
from eeipu_kfp.runners.local import LocalRunner
from eeipu_kfp.search.designers import make_designer
from eeipu_kfp.tuning.driver import Surroundings
from eeipu_kfp.tuning.events import Event, Observer, ignore
from eeipu_kfp.tuning.identity import identity
from eeipu_kfp.tuning.ledger import ObjectLedger
from eeipu_kfp.tuning.loop import TuningLoop


class Session:
    """An experiment that is ready to run, and that no other process can run meanwhile."""

    def __init__(self, opened: Opened, loop: TuningLoop, ledger: ObjectLedger) -> None:
        self._opened = opened
        self._loop = loop
        self._ledger = ledger

    def run(self) -> TuningResult:
        """Tune until the experiment ends; the report page is written however this ends."""
        reporter = self._opened.reporter()
        try:
            outcome = self._loop.run()
        except BaseException:
            reporter.write(self._loop.history, None)
            raise
        self._ledger.close({"reason": outcome.stop.reason.value, "message": outcome.stop.message})
        reporter.write(outcome.history, outcome.stop)
        return self._opened.result(outcome.history, outcome.stop)


@contextmanager
def prepared(opened: Opened, *, observe: Observer = ignore) -> Iterator[Session]:
    """Get an experiment ready to run here, or to go on with; nothing has run yet.

    Raises:
        BusyError: Another process is at it.
        LedgerError: The workspace holds another experiment, or a damaged ledger.
        RunnerError: A component cannot run outside a container.
        StoreError: The cache's store cannot be used.
    """
    check(opened.pipeline.ir)
    designer = make_designer(opened.experiment.algorithm.name)
    cache = opened.cache()
    cache.entries()  # a store that cannot be used is better known before anything is written
    workspace = opened.workspace
    with workspace.locked():
        ledger = workspace.ledger
        ledger.claim(identity(opened.experiment, opened.pipeline))
        ledger.reopen()
        workspace.describe(opened.whole_document())
        with LocalRunner(workspace.runs) as runner:
            surroundings = _surroundings(opened, runner, cache, ledger, observe)
            try:
                yield Session(opened, TuningLoop(surroundings, designer), ledger)
            finally:
                shutil.rmtree(_scratch(opened), ignore_errors=True)


def _surroundings(
    opened: Opened, runner: Runner, cache: Cache, ledger: ObjectLedger, observe: Observer
) -> Surroundings:
    reporter = opened.reporter()

    def observe_all(event: Event) -> None:
        observe(event)
        reporter(event)

    return Surroundings(
        experiment=opened.experiment,
        pipeline=opened.pipeline,
        runner=runner,
        cache=cache,
        ledger=ledger,
        clock=opened.clock,
        scratch=_scratch(opened),
        observe=observe_all,
    )


def _scratch(opened: Opened) -> Path:
    return opened.workspace.folder / "fetched"
