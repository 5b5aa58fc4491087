import pytest

from eeipu_kfp.controller.opening import open_resource
from eeipu_kfp.controller.session import Session
from eeipu_kfp.core.ports import RunState
from eeipu_kfp.core.suggestion import StopReason
from eeipu_kfp.errors import LedgerError
from eeipu_kfp.search.designers import make_designer
from eeipu_kfp.tuning.events import TrialEnded
from tests.unit.controller.samples import resource


@pytest.fixture
def seen():
    return []


@pytest.fixture
def begin(parts, seen):
    def opened(**spec):
        found = resource()
        found.body["spec"].update({"maxTrials": 2, **spec})
        return Session(
            open_resource(found, parts.tools),
            make_designer("random"),
            clock=parts.clock,
            observe=seen.append,
        )

    return opened


def finish(session):
    while session.end is None:
        session.turn(suspended=False)
    return session


def test_turns_lead_to_the_end(begin, seen, parts):
    session = finish(begin())

    assert session.end.stop.reason is StopReason.MAX_TRIALS_REACHED
    assert session.end.finished_at == parts.clock.now()
    assert [t.objective for t in session.history.trials] == [0.5, 0.5]
    assert sum(isinstance(event, TrialEnded) for event in seen) == 2


def test_a_turn_tells_whether_anything_has_happened(begin, parts):
    session = begin()
    parts.backend.one.state = RunState.RUNNING

    assert [session.turn(suspended=False) for _ in range(4)] == [True, True, False, False]


def test_an_end_stays_and_its_trials_can_be_read(begin):
    finish(begin())

    again = begin()

    assert again.end.stop.reason is StopReason.MAX_TRIALS_REACHED
    assert len(again.history.trials) == 2
    assert not again.turn(suspended=False)


def test_a_raised_limit_takes_the_end_back(begin):
    finish(begin())

    again = finish(begin(maxTrials=3))

    assert len(again.history.trials) == 3


def test_another_experiment_under_the_same_name_is_refused(begin):
    finish(begin())

    with pytest.raises(LedgerError, match="another experiment"):
        begin(algorithm={"name": "random", "seed": 9})


def test_it_stands_where_its_trials_have_brought_it(begin):
    session = finish(begin())
    standing = session.standing()

    assert standing.summary.succeeded == 2
    assert standing.runs == {1: "small-0001", 2: "small-0002"}
    assert standing.cache.entries > 0
    assert standing.finished_at == session.end.finished_at
    assert session.result().stop is session.end.stop


def test_runs_that_wait_are_looked_at_now_and_then(begin, parts):
    session = begin()
    parts.backend.one.state = RunState.RUNNING
    parts.backend.one.waits_for = "`train` waits for a node"
    session.turn(suspended=False)
    session.turn(suspended=False)

    assert session.stuck() == {}
    parts.clock.sleep(20.0)
    assert session.stuck() == {1: "`train` waits for a node"}
    assert session.stuck() == {}
