import pytest

from eeipu_kfp.local.opening import open_experiment
from tests.simulation import three_trials
from tests.small_pipeline import write


@pytest.fixture
def opened(tmp_path):
    """The small experiment, opened; nothing of it has run."""
    return open_experiment(write(tmp_path), tmp_path / "runs")


@pytest.fixture
def simulated_history():
    """Three trials of the simulated pipeline, of which the last one failed."""
    return three_trials()
