import pytest

from benchmarks.ax_peer import ask_ax
from tests.unit.benchmarks.test_peers import asked
from tests.unit.benchmarks.test_positions import SPACE

pytestmark = pytest.mark.filterwarnings("ignore")


def test_ax_proposes_one_configuration_of_the_space():
    (proposed,) = ask_ax(asked(11))

    assert SPACE.contains(proposed)
