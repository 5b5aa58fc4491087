"""The rows of the table of trials."""

from dataclasses import replace

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.core.trial import Failure, StageOutcome
from eeipu_kfp.report import table

RAN, CACHED, FAILED = StageOutcome.EXECUTED, StageOutcome.CACHED, StageOutcome.FAILED


def test_a_row_has_the_figures_of_its_trial(small, trial):
    case = small.with_trials(
        trial(1, 0.5, ("prepare", CACHED, 10.0), ("train", RAN, 2.5), x=0.1, y=0.25)
    )

    (row,) = table.rows(case.history)

    assert (row.number, row.state, row.objective, row.best) == (1, "Succeeded", "0.5", True)
    assert (row.spent, row.saved, row.executed, row.cached) == ("2.5 s", "10 s", 1, 1)
    assert row.configuration == ("x=0.1", "y=0.25")


def test_the_latest_trial_stands_first(usual):
    rows = table.rows(usual.history)

    assert [row.number for row in rows] == list(range(60, 0, -1))
    assert sum(row.best for row in rows) == 1


def test_better_sorts_above_worse_in_both_directions(small, trial):
    objective = replace(small.history.objective, direction=Direction.MINIMIZE)
    history = replace(small.history, objective=objective, trials=(trial(1, 3.0), trial(2, 1.0)))

    better, worse = table.rows(history)

    assert float(better.score) > float(worse.score)


def test_a_failed_trial_shows_its_last_log_lines_cut_to_size(small, trial):
    failure = Failure(
        message="m" * 1000, stage="train", log=tuple(f"line {n}" + "x" * 999 for n in range(99))
    )

    (row,) = table.rows(small.with_trials(trial(1, None, failure=failure)).history)

    assert row.failure.log[-1].startswith("line 98")
    assert len(row.failure.log) == 20
    assert max(map(len, (row.failure.message, *row.failure.log))) == 300


def test_only_the_latest_failures_keep_their_log(small, trial):
    failure = Failure(message="no memory", log=("killed",))
    trials = [trial(n, None, failure=failure) for n in range(1, 101)]

    rows = table.rows(small.with_trials(*trials).history)

    assert [bool(row.failure.log) for row in rows] == [True] * 50 + [False] * 50


def test_a_long_history_shows_its_end(small, trial):
    rows = table.rows(small.with_trials(*(trial(n, 0.5) for n in range(1, 1501))).history)

    assert (rows[0].number, rows[-1].number) == (1500, 501)
