import base64
import io
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kfp import dsl
from PIL import Image
from sklearn.metrics import confusion_matrix, jaccard_score

from components.segmentation.arrays import write_arrays
from components.segmentation.smoothing import (
    colour,
    count_pairs,
    infer,
    log_belief,
    mean_iou,
    normalised_closeness,
    show,
    smooth,
)

SQUARE = np.zeros((24, 32), dtype=np.uint8)
SQUARE[4:18, 6:22] = 1

labelled = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


def speckled(share: float = 0.1) -> np.ndarray:
    random = np.random.default_rng(0)
    flipped = random.random(SQUARE.shape) < share
    return np.where(flipped, 1 - SQUARE, SQUARE)


def test_a_label_is_believed_as_told_and_the_others_share_the_rest():
    beliefs = np.exp(log_belief(np.array([[2, 0]]), 4, 0.7))

    np.testing.assert_allclose(beliefs[:, 0, 0], [0.1, 0.1, 0.7, 0.1], rtol=1e-5)
    np.testing.assert_allclose(beliefs[:, 0, 1], [0.7, 0.1, 0.1, 0.1], rtol=1e-5)


@pytest.mark.parametrize("gt_prob", [0.0, 1.0])
def test_neither_end_of_the_belief_is_infinite(gt_prob):
    assert np.isfinite(log_belief(SQUARE, 2, gt_prob)).all()


def closeness_of_pixels(height: int, width: int, sdim: float) -> np.ndarray:
    places = np.stack(np.mgrid[:height, :width], axis=-1).reshape(-1, 2)
    weights = np.exp(-((places[:, None] - places) ** 2).sum(-1) / (2 * sdim**2))
    norm = weights.sum(axis=1)
    return weights / np.sqrt(np.outer(norm, norm))


@pytest.mark.parametrize("sdim", [1, 3, 8])
def test_closeness_along_rows_and_columns_multiplies_to_that_of_pixels(sdim):
    product = np.kron(normalised_closeness(5, sdim), normalised_closeness(7, sdim))

    np.testing.assert_allclose(product, closeness_of_pixels(5, 7, sdim), rtol=1e-5)


@settings(deadline=None)
@given(
    labels=st.lists(st.integers(0, 2), min_size=35, max_size=35),
    sdim=st.integers(1, 8),
    compat=st.integers(1, 50),
    gt_prob=st.floats(0, 1),
)
def test_mean_field_is_that_of_a_loop_over_all_pairs(labels, sdim, compat, gt_prob):
    unary = log_belief(np.array(labels).reshape(5, 7), 3, gt_prob)
    closeness = closeness_of_pixels(5, 7, sdim)

    cost = -unary.reshape(3, -1).astype(float)
    beliefs = np.exp(-cost) / np.exp(-cost).sum(axis=0)
    for _ in range(2):
        disagreement = (beliefs.sum(axis=0) - beliefs) @ closeness
        energy = cost + compat * disagreement
        beliefs = np.exp(-energy + energy.min(axis=0))
        beliefs /= beliefs.sum(axis=0)

    inferred = infer(unary, sdim, compat, iterations=2).reshape(3, -1)
    np.testing.assert_allclose(inferred, beliefs, atol=2e-3)


def test_speckles_are_outvoted():
    smoothed = infer(log_belief(speckled(), 2, 0.7), sdim=1, compat=5).argmax(0)

    assert (speckled() != SQUARE).sum() > 60
    assert (smoothed != SQUARE).sum() < 10


def test_loud_far_neighbours_drown_a_small_object():
    labels = np.zeros((24, 32), dtype=np.uint8)
    labels[10:14, 10:14] = 1

    assert infer(log_belief(labels, 2, 0.7), sdim=1, compat=2).argmax(0).sum() == 16
    assert infer(log_belief(labels, 2, 0.7), sdim=8, compat=50).argmax(0).sum() == 0


@pytest.mark.parametrize(
    "changes", [{"sdim": 8}, {"compat": 1}, {"gt_prob": 0.95}], ids=lambda c: next(iter(c))
)
def test_each_hyperparameter_moves_labels(changes):
    usual, other = (
        infer(log_belief(speckled(), 2, c.pop("gt_prob")), **c).argmax(0)
        for c in (
            {"sdim": 1, "compat": 3, "gt_prob": 0.6},
            {"sdim": 1, "compat": 3, "gt_prob": 0.6} | changes,
        )
    )

    assert (usual != other).any()


@settings(deadline=None)
@given(labelled)
def test_mean_iou_is_that_of_scikit_learn(pixels):
    masks, labels = np.array(pixels, dtype=np.uint8).T

    pairs = count_pairs(masks, labels, 4)

    np.testing.assert_array_equal(pairs, confusion_matrix(masks, labels, labels=range(4)))
    present = np.union1d(masks, labels)
    expected = jaccard_score(masks, labels, labels=present, average="macro")
    assert mean_iou(pairs) == pytest.approx(expected)


def test_pixels_of_no_class_count_for_nothing():
    masks, labels = np.uint8([0, 1, 255, 255]), np.uint8([0, 1, 0, 1])

    assert count_pairs(masks, labels, 2).sum() == 2


def test_colours_differ_between_neighbouring_classes_and_come_round():
    colours = colour(np.arange(8)).tolist()

    assert len({tuple(rgb) for rgb in colours}) == 8
    assert colour(np.array([8, 255])).tolist() == [colours[0], [255, 255, 255]]


def test_the_page_holds_the_images_side_by_side_in_white_frames():
    one, other = (np.full((2, 3, 4, 3), level, dtype=np.uint8) for level in (10, 20))

    page = show({"one": one, "other": other})

    (encoded,) = re.findall(r"data:image/png;base64,([^']+)", page)
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))[..., 0]
    across = [255, *[10] * 4, 255, 255, *[20] * 4, 255]
    frame = [255] * 12
    assert sheet.tolist() == [frame, *[across] * 3, frame, frame, *[across] * 3, frame]
    assert "<span>one</span><span>other</span>" in page


def smoothed(folder, **changes) -> dict[str, float]:
    folder.mkdir(exist_ok=True)
    predictions = dsl.Dataset(uri=str(folder / "predictions"))
    arrays = {"labels": np.stack([speckled()] * 2), "masks": np.stack([SQUARE] * 2)}
    photographs = np.zeros((2, *SQUARE.shape, 3), dtype=np.uint8)
    write_arrays(predictions, arrays | {"photographs": photographs, "classes": 2})
    metrics = dsl.Metrics(uri=str(folder / "metrics"))
    pictures = dsl.HTML(uri=str(folder / "pictures"))
    choices = {"sdim": 1, "compat": 5, "gt_prob": 0.7}
    smooth.python_func(predictions, metrics, pictures, **(choices | changes))
    assert (folder / "pictures").read_text().startswith("<!doctype html>")
    return metrics.metadata


def test_labels_are_judged_after_smoothing(tmp_path):
    metrics = smoothed(tmp_path)

    assert metrics["unsmoothed_mean_iou"] < 0.85
    assert metrics["mean_iou"] > 0.95
    assert metrics["pixel_accuracy"] > 0.98


def test_smoothing_too_far_costs_score_and_the_labels_before_it_do_not_care(tmp_path):
    usual, other = smoothed(tmp_path / "1"), smoothed(tmp_path / "2", sdim=8, compat=50)

    assert other["mean_iou"] < usual["mean_iou"]
    assert other["unsmoothed_mean_iou"] == usual["unsmoothed_mean_iou"]
