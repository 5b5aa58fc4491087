"""The tree of prefixes."""

from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.report.tree import Level, grow, levels_of

RAN = StageOutcome.EXECUTED


def _trials(make, *configurations):
    return tuple(
        make(i + 1, score, ("prepare", RAN, 1.0), ("train", RAN, 1.0), x=x, y=y)
        for i, (x, y, score) in enumerate(configurations)
    )


def test_every_stage_that_adds_parameters_is_a_level(usual, small):
    assert levels_of(small.experiment.space, small.pipeline) == (
        Level(stage="prepare", parameters=("x",)),
        Level(stage="train", parameters=("y",)),
    )
    assert len(levels_of(usual.experiment.space, usual.pipeline)) == 3


def test_trials_that_begin_alike_share_a_prefix(small, trial):
    case = small.with_trials(*_trials(trial, (0.1, 0.1, 0.5), (0.1, 0.2, 0.6), (0.3, 0.1, 0.4)))

    root = grow(levels_of(case.experiment.space, case.pipeline), case.history)

    assert [(dict(c.own), len(c.trials)) for c in root.children] == [
        ({"x": 0.1}, 2),
        ({"x": 0.3}, 1),
    ]
    assert [dict(c.own) for c in root.children[0].children] == [{"y": 0.2}, {"y": 0.1}]
    assert root.rows == 3


def test_the_best_trial_comes_first_however_rare_its_prefix(small, trial):
    often = [(0.1, n / 10, 0.5) for n in range(5)]
    case = small.with_trials(*_trials(trial, *often, (0.9, 0.1, 0.99)))

    root = grow(levels_of(case.experiment.space, case.pipeline), case.history)

    assert dict(root.children[0].own) == {"x": 0.9}


def test_only_the_prefixes_used_most_are_shown(small, trial):
    case = small.with_trials(*_trials(trial, *[(n / 20, 0.5, 0.5) for n in range(20)]))

    root = grow(levels_of(case.experiment.space, case.pipeline), case.history)

    assert len(root.children) == 6
    assert root.hidden == 14
    assert root.rows == 7


def test_one_prefix_too_many_is_shown_all_the_same(small, trial):
    case = small.with_trials(*_trials(trial, *[(n / 20, 0.5, 0.5) for n in range(7)]))

    root = grow(levels_of(case.experiment.space, case.pipeline), case.history)

    assert (len(root.children), root.hidden) == (7, 0)


def test_a_trial_that_has_not_run_is_in_no_prefix(small, trial):
    root = grow(
        levels_of(small.experiment.space, small.pipeline),
        small.with_trials(trial(1, None, x=0.1, y=0.1)).history,
    )

    assert (root.trials, root.children) == ((), ())
