from dataclasses import replace

import pytest

from benchmarks.methods import usual_methods
from benchmarks.peers import PEERS
from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.suggestion import Stop, Suggestion
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from tests.unit.benchmarks.test_designers import request

SPACE = Space(
    {
        "fraction": Float(0.01, 1.0, log=True),
        "rate": Int(1, 9, step=2),
        "threshold": Categorical(("low", 3, True)),
    }
)


def trial(number, fraction):
    values = {"fraction": fraction, "rate": 3, "threshold": "low"}
    stages, outcome = ("prepare", "train", "evaluate"), StageOutcome.EXECUTED
    return Trial(
        number=number,
        configuration=Configuration(values),
        state=TrialState.SUCCEEDED,
        objective=fraction,
        stages=tuple(StageRecord(stage=s, outcome=outcome, seconds=2.0) for s in stages),
    )


def asked(count, **changes):
    trials = tuple(trial(i, 0.05 * i) for i in range(1, count + 1))
    return replace(request(), space=SPACE, trials=trials, **changes)


@pytest.mark.parametrize("name", [name for name in PEERS if name not in {"ax", "smac"}])
def test_a_peer_suggests_an_allowed_configuration_that_was_not_tried(name):
    history = asked(11)

    answer = PEERS[name]().suggest(history)

    assert isinstance(answer, Suggestion)
    assert SPACE.contains(answer.configuration)
    assert answer.configuration not in history.tried


def test_the_same_history_gives_the_same_suggestion():
    first, second = (PEERS["optuna-tpe"]().suggest(asked(11)) for _ in range(2))

    assert first == second


def test_another_seed_gives_another_suggestion():
    first, second = (PEERS["optuna-tpe"]().suggest(asked(11, seed=s)) for s in (1, 2))

    assert first != second


def test_a_peer_stops_where_a_usual_trial_does_not_fit_what_is_left():
    answer = PEERS["optuna-tpe"]().suggest(asked(11, remaining=1.0))

    assert isinstance(answer, Stop)


def test_a_peer_stops_where_everything_was_tried():
    space = Space({"fraction": Categorical((0.05,))})
    only = replace(trial(1, 0.05), configuration=Configuration({"fraction": 0.05}))

    answer = PEERS["optuna-tpe"]().suggest(replace(request(), space=space, trials=(only,)))

    assert isinstance(answer, Stop)


def test_peers_that_take_seconds_are_compared_only_where_one_names_them():
    assert {"ax", "smac"} <= PEERS.keys()
    assert not {"ax", "smac"} & set(usual_methods())
