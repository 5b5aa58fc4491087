import pytest

from eeipu_kfp.local.reporting import Reporter
from eeipu_kfp.runners.simulated import VirtualClock
from eeipu_kfp.tuning.events import TrialEnded


@pytest.fixture
def clock():
    return VirtualClock(1000.0)


@pytest.fixture
def reporter(opened, clock, tmp_path):
    page = tmp_path / "page.html"
    return Reporter(opened.experiment, opened.pipeline.shape, to=page, clock=clock)


def test_the_page_is_whole_once_it_is_there(reporter, simulated_history, tmp_path):
    reporter.write(simulated_history, None)

    assert (tmp_path / "page.html").read_text().rstrip().endswith("</html>")
    assert [file.name for file in tmp_path.glob("page.*")] == ["page.html"]


def test_a_running_experiment_is_reported_now_and_then(
    reporter, simulated_history, clock, tmp_path
):
    ended = TrialEnded(trial=simulated_history.trials[0], history=simulated_history)
    reporter(ended)
    (tmp_path / "page.html").unlink()

    reporter(ended)
    assert not (tmp_path / "page.html").exists()

    clock.sleep(10.0)
    reporter(ended)
    assert (tmp_path / "page.html").exists()
