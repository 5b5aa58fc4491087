from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kfp import dsl
from PIL import Image

from components.segmentation.preprocessing import (
    count_classes,
    draw_validation,
    normalise,
    preprocess,
    resize,
)

PHOTOGRAPHS = np.random.default_rng(0).integers(0, 256, size=(2, 4, 5, 3), dtype=np.uint8)
shares = st.floats(0, 1)


def preprocessed(folder: Path, **changes) -> tuple[dsl.Dataset, dsl.Dataset]:
    folder.mkdir(exist_ok=True)
    datasets = tuple(dsl.Dataset(uri=str(folder / name)) for name in ("train", "validation"))
    choices = {
        "data": "",
        "scenes": 4,
        "validation_share": 0.25,
        "height": 64,
        "width": 96,
        "seed": 0,
        "mean0": 0.5,
        "mean1": 0.5,
        "mean2": 0.5,
        "std0": 0.25,
        "std1": 0.25,
        "std2": 0.25,
    }
    preprocess.python_func(*datasets, **(choices | changes))
    return datasets


def test_colours_are_shifted_by_their_own_mean_and_scaled_by_their_own_deviation():
    normalised = normalise(PHOTOGRAPHS, [0.1, 0.2, 0.3], [0.5, 1.0, 0.25])

    assert normalised.shape == (2, 3, 4, 5)
    for channel, (mean, std) in enumerate([(0.1, 0.5), (0.2, 1.0), (0.3, 0.25)]):
        expected = (PHOTOGRAPHS[..., channel] / 255 - mean) / std
        np.testing.assert_allclose(normalised[:, channel], expected, rtol=1e-4, atol=1e-5)


@settings(deadline=None)
@given(st.lists(shares, min_size=3, max_size=3), st.lists(shares, min_size=3, max_size=3))
def test_no_mean_or_deviation_makes_an_image_infinite(means, stds):
    normalised = normalise(PHOTOGRAPHS, means, stds)

    assert np.abs(normalised).max() <= 255 * 1.001


def test_a_deviation_of_zero_is_one_of_one_grey_level():
    zero, level = ([0.25, std, 0.25] for std in (0.0, 1 / 255))

    np.testing.assert_array_equal(
        normalise(PHOTOGRAPHS, [0.5] * 3, zero), normalise(PHOTOGRAPHS, [0.5] * 3, level)
    )


def test_resizing_mixes_colours_but_never_classes():
    image = np.repeat(np.uint8([[[0, 0, 0], [200, 200, 200]]]), 64, axis=0).repeat(97, axis=1)

    images, masks = resize([(image, image[..., 0])], 64, 64)

    assert images.shape == (1, 64, 64, 3)
    assert set(np.unique(masks)) == {0, 200}
    assert set(np.unique(images)) > {0, 200}


@pytest.mark.parametrize(("height", "width"), [(65, 64), (64, 100), (32, 64), (0, 64)])
def test_a_size_that_the_network_cannot_take_is_refused(height, width):
    with pytest.raises(ValueError, match="must be a multiple of 32, and at least 64"):
        resize([], height, width)


def test_classes_are_counted_up_to_the_largest_and_255_is_none():
    assert count_classes(np.uint8([0, 3, 255])) == 4


@pytest.mark.parametrize("masks", [[0, 0], [0, 255], [255]])
def test_masks_of_one_class_are_refused(masks):
    with pytest.raises(ValueError, match="at least one other class"):
        count_classes(np.uint8(masks))


@settings(deadline=None)
@given(st.integers(2, 50), shares, st.integers(0, 5))
def test_both_sets_get_an_image_whatever_the_share(count, share, seed):
    validation = draw_validation(count, share, seed)

    assert 1 <= validation.sum() <= count - 1
    assert abs(validation.sum() - share * count) <= 1


def test_a_single_image_is_too_few():
    with pytest.raises(ValueError, match="1 image is too few"):
        draw_validation(1, 0.5, 0)


def test_the_sets_bear_their_size(tmp_path):
    train_set, validation_set = preprocessed(tmp_path)

    size = {"height": 64, "width": 96, "classes": 5}
    assert train_set.metadata == {"images": 3} | size
    assert validation_set.metadata == {"images": 1} | size
    arrays = np.load(train_set.path)
    assert arrays["images"].shape == (3, 3, 64, 96)
    assert arrays["masks"].shape == (3, 64, 96)
    assert arrays["photographs"].shape == (3, 64, 96, 3)


def test_own_data_take_the_place_of_scenes(tmp_path):
    for name in ("images", "masks"):
        (tmp_path / "own" / name).mkdir(parents=True)
    for name in "abc":
        pixels = np.full((64, 64), ord(name) - ord("a"), dtype=np.uint8)
        Image.fromarray(pixels).convert("RGB").save(tmp_path / "own" / "images" / f"{name}.png")
        Image.fromarray(pixels).save(tmp_path / "own" / "masks" / f"{name}.png")

    datasets = preprocessed(tmp_path / "out", data=str(tmp_path / "own"))

    assert [dataset.metadata["images"] for dataset in datasets] == [2, 1]
    for dataset in datasets:
        arrays = np.load(dataset.path)
        np.testing.assert_array_equal(arrays["photographs"][..., 0], 0 + arrays["masks"])
        assert arrays["classes"] == 3


def test_the_same_seed_gives_the_same_files(tmp_path):
    first, second = preprocessed(tmp_path / "1"), preprocessed(tmp_path / "2")

    for one, other in zip(first, second, strict=True):
        assert Path(one.path).read_bytes() == Path(other.path).read_bytes()


@pytest.mark.parametrize(
    "changes",
    [{"seed": 1}, {"scenes": 5}, {"validation_share": 0.5}, {"height": 96}],
    ids=lambda changes: next(iter(changes)),
)
def test_each_choice_changes_what_the_network_learns_from(tmp_path, changes):
    (usual, _), (other, _) = preprocessed(tmp_path / "1"), preprocessed(tmp_path / "2", **changes)

    assert Path(usual.path).read_bytes() != Path(other.path).read_bytes()
