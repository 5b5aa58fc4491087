"""Which parameters the objective depends on."""

import random
from dataclasses import replace

import pytest

from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.report.sensitivity import FEWEST_TRIALS, estimate, unit

SPACE = Space(
    {
        "strong": Float(1e-4, 1.0, log=True),
        "weak": Int(1, 9),
        "idle": Float(0.0, 1.0),
        "kind": Categorical(("a", "b", "c")),
    }
)


def _history(small, trial, score, count=80):
    rng = random.Random(3)
    trials = []
    for number in range(1, count + 1):
        values = {
            "strong": 10 ** rng.uniform(-4, 0),
            "weak": rng.randint(1, 9),
            "idle": rng.random(),
            "kind": rng.choice(("a", "b", "c")),
        }
        trials.append(trial(number, score(values, rng), **values))
    return replace(small.history, trials=tuple(trials))


def test_the_parameter_that_decides_comes_first(small, trial):
    history = _history(
        small,
        trial,
        lambda v, rng: 10 * v["strong"] ** 0.5 + 0.1 * v["weak"] + rng.gauss(0, 0.1),
    )

    found = estimate(SPACE, history)

    assert [i.parameter for i in found.importances][:2] == ["strong", "weak"]
    assert sum(i.share for i in found.importances) == pytest.approx(1)
    assert found.importances[0].share > 0.8
    assert found.importances[0].best_near > 0.5
    assert found.trials == 80
    assert found.explained > 0.7


def test_a_choice_can_decide(small, trial):
    found = estimate(SPACE, _history(small, trial, lambda v, _: 1.0 * (v["kind"] == "b")))

    assert (found.importances[0].parameter, found.importances[0].best_near) == ("kind", "b")


def test_an_optimum_inside_the_range_is_seen(small, trial):
    found = estimate(SPACE, _history(small, trial, lambda v, _: -((v["weak"] - 5) ** 2.0)))

    assert (found.importances[0].parameter, found.importances[0].best_near) == ("weak", 5)


def test_noise_explains_nothing(small, trial):
    found = estimate(SPACE, _history(small, trial, lambda _, rng: rng.random()))

    assert found.explained < 0.2


def test_one_terrible_trial_changes_little(small, trial):
    history = _history(small, trial, lambda v, _: v["strong"])
    first, *others = history.trials
    spoilt = replace(history, trials=(replace(first, objective=-1e12), *others))

    one, other = (estimate(SPACE, h).importances[0] for h in (history, spoilt))

    assert one.parameter == other.parameter == "strong"
    assert one.share == pytest.approx(other.share, abs=0.1)


def test_too_little_is_estimated_as_nothing(small, trial):
    assert estimate(SPACE, small.history) is None
    assert estimate(SPACE, _history(small, trial, lambda *_: 0.5)) is None
    few = _history(small, trial, lambda v, _: v["idle"], count=FEWEST_TRIALS - 1)
    assert estimate(SPACE, few) is None


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [("strong", 0.01, 0.5), ("weak", 1, 0.0), ("idle", 1.0, 1.0), ("kind", "b", 0.5)],
)
def test_a_value_has_its_place_in_its_range(name, value, place):
    assert unit(SPACE[name], value) == pytest.approx(place)
