from dataclasses import replace

import pytest

from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.export.contents import Contents
from tests.unit.report.conftest import EPOCH, make_case, small, usual

__all__ = ["small", "usual"]  # fixtures

STOP = Stop(reason=StopReason.BUDGET_EXHAUSTED, message="132 s are spent")


def made(case, stop=STOP):
    return Contents.of(case.experiment, case.pipeline, case.history, stop)


def of_case(**told):
    """Return a made-up experiment with hits, failures, and one trial that still runs."""
    contents = made(make_case(**told))
    return replace(contents, trials=(*contents.trials, running(len(contents.trials) + 1, contents)))


def running(number, contents):
    first = contents.stages[0]
    record = StageRecord(stage=first, outcome=StageOutcome.CACHED, saved_seconds=2.0)
    return Trial(
        number=number,
        configuration=contents.trials[0].configuration,
        state=TrialState.RUNNING,
        stages=(record,),
        runs=1,
        started_at=EPOCH,
        is_warm_up=True,
    )


@pytest.fixture
def contents():
    """An experiment of 60 trials that have ended and one that has not."""
    return of_case()
