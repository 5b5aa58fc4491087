import pytest

from benchmarks.problems import segmentation_stages
from benchmarks.problems.segmentation_stages import preprocessed, smoothed, trained


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(segmentation_stages, "_SCENES", 8)
    monkeypatch.setattr(segmentation_stages, "_EPOCHS", 1)


def score(*, std=0.25, log10_max_rate=-2.0, sdim=1, compat=5):
    images = preprocessed(None, mean=0.5, std=std)
    predictions = trained(images, batch_size=4, log10_max_rate=log10_max_rate)
    return smoothed(predictions, sdim=sdim, compat=compat, gt_prob=0.5)


@pytest.mark.parametrize(
    "change",
    [{"std": 0.5}, {"log10_max_rate": -3.0}, {"sdim": 7, "compat": 45}],
    ids=["preprocess", "train", "smooth"],
)
def test_every_stage_has_a_say_in_a_score_that_is_the_same_every_time(change):
    usual = score()

    assert 0.0 <= usual <= 1.0
    assert score() == usual
    assert score(**change) != usual
