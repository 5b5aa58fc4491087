from benchmarks.positions import from_positions, with_positions
from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.values import Configuration

SPACE = Space(
    {
        "fraction": Float(0.01, 1.0, log=True),
        "rate": Int(1, 9, step=2),
        "threshold": Categorical(("low", 3, True)),
    }
)
CONFIGURATION = Configuration({"fraction": 0.1, "rate": 3, "threshold": True})


def test_a_choice_is_given_by_its_position():
    values = with_positions(SPACE, CONFIGURATION)

    assert values == {"fraction": 0.1, "rate": 3, "threshold": 2}


def test_a_configuration_comes_back_as_it_was():
    assert from_positions(SPACE, with_positions(SPACE, CONFIGURATION)) == CONFIGURATION


def test_values_beside_the_grid_are_taken_for_the_nearest():
    found = from_positions(SPACE, {"fraction": 1.1, "rate": 3.9, "threshold": 0})

    assert found == Configuration({"fraction": 1.0, "rate": 3, "threshold": "low"})
