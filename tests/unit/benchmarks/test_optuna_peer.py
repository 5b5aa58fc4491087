from benchmarks.optuna_peer import ask_tpe, distributions
from tests.unit.benchmarks.test_peers import asked
from tests.unit.benchmarks.test_positions import SPACE


def test_steps_scales_and_choices_are_kept():
    found = distributions(SPACE)

    assert found["rate"].step == 2
    assert found["fraction"].log
    assert found["threshold"].choices == (0, 1, 2)


def test_another_seed_gives_another_proposal():
    assert ask_tpe(asked(11, seed=1)) != ask_tpe(asked(11, seed=2))


def test_the_last_proposal_is_one_that_was_not_tried():
    history = asked(11)

    assert ask_tpe(history)[-1] not in history.tried
