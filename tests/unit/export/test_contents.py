from dataclasses import replace

from tests.unit.export.conftest import STOP, made


def test_it_names_the_owner_of_every_parameter(usual):
    contents = made(usual)

    assert contents.pipeline == "stacking"
    assert contents.stages == ("prepare", "base-learners", "meta-learner")
    assert list(contents.owners) == list(usual.experiment.space)
    assert contents.owners["trees"] == "base-learners"


def test_it_has_the_trials_the_best_and_the_end(usual):
    contents = made(usual)

    assert contents.trials == usual.history.trials
    assert contents.best is usual.history.best
    assert contents.stop is STOP


def test_before_the_first_objective_there_is_no_best(small):
    assert made(small).best is None
    assert replace(made(small), trials=()).best is None
