import numpy as np
import pytest
from scipy.optimize import differential_evolution

from benchmarks.problems.functions import FUNCTIONS

TEXTBOOK = {
    "branin2": ((np.pi, 2.275), -0.397887),
    "michale2": ((2.202906, np.pi / 2), 1.801303),
    "styblinski2": ((-2.903534,) * 2, 78.332331),
    "styblinski3": ((-2.903534,) * 3, 117.498497),
    "beale2": ((3.0, 0.5), 0.0),
    "rosenbrock2": ((1.0, 1.0), 0.0),
    "levy2": ((1.0, 1.0), 0.0),
    "holdertable2": ((8.055023, 9.664590), 19.208503),
    "ackley3": ((0.0,) * 3, 0.0),
    "hartmann3": ((0.114614, 0.555649, 0.852547), 3.862780),
}
ELSEWHERE = {
    "branin2": ((0.0, 0.0), -55.602113),
    "beale2": ((0.0, 0.0), -14.203125),
    "rosenbrock2": ((0.0, 0.0), -1.0),
    "ackley3": ((1.0,) * 3, -3.625385),
    "styblinski2": ((-1.0, -1.0), 20.0),
}


@pytest.mark.parametrize(("name", "point", "value"), [(n, *k) for n, k in TEXTBOOK.items()])
def test_a_function_has_its_textbook_optimum(name, point, value):
    assert FUNCTIONS[name].evaluate(np.array(point)) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize(("name", "point", "value"), [(n, *k) for n, k in ELSEWHERE.items()])
def test_a_function_has_its_textbook_value_elsewhere(name, point, value):
    assert FUNCTIONS[name].evaluate(np.array(point)) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_best_value_is_what_an_optimiser_finds_in_the_box(name):
    function = FUNCTIONS[name]
    box = [(function.low, function.high)] * function.dimension

    found = differential_evolution(lambda x: -function.evaluate(x), box, rng=0, tol=1e-10)

    assert -found.fun == pytest.approx(function.best, abs=1e-6)
