import numpy as np
import pytest

from components.segmentation.scenes import cut_patch, draw_polygon, draw_scenes, load_materials


def test_the_materials_are_cut_from_the_photographs_of_scikit_learn():
    from sklearn.datasets import load_sample_image

    temple, *_, petals, leaves = load_materials()

    np.testing.assert_array_equal(temple, load_sample_image("china.jpg")[90:330, 100:330])
    np.testing.assert_array_equal(petals, load_sample_image("flower.jpg")[110:340, 190:430])
    assert leaves.mean() < temple.mean() < petals.mean()


def test_without_scikit_learn_the_photographs_are_said_to_be_missing(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(ValueError, match="which is not installed"):
        load_materials()


def test_a_patch_is_a_piece_of_its_material_in_coloured_light():
    material = np.arange(5 * 6 * 3).reshape(5, 6, 3) + 1.0

    patch = cut_patch(material, 5, 6, np.random.default_rng(0))

    gains = patch / material
    np.testing.assert_allclose(gains, np.broadcast_to(gains[0, 0], material.shape))
    assert len(set(gains[0, 0].tolist())) == 3


@pytest.mark.parametrize("corners", [3, 4, 8])
def test_a_polygon_has_the_area_of_its_formula(corners):
    inside = draw_polygon(201, corners, 100.0, np.random.default_rng(corners))

    expected = corners / 2 * 100**2 * np.sin(2 * np.pi / corners)
    assert inside.sum() == pytest.approx(expected, rel=0.01)


def test_scenes_hold_every_material_and_no_other_class():
    scenes = list(draw_scenes(seed=0, count=12))

    assert {image.shape for image, _ in scenes} == {(128, 192, 3)}
    assert {mask.shape for _, mask in scenes} == {(128, 192)}
    assert set(np.unique([mask for _, mask in scenes])) == {0, 1, 2, 3, 4}


def test_a_mask_tells_the_material_of_every_pixel(monkeypatch):
    lit = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]])
    materials = [np.tile(colour, (200, 200, 1)) for colour in lit]
    monkeypatch.setattr("components.segmentation.scenes.load_materials", lambda: materials)

    for image, mask in draw_scenes(seed=0, count=4):
        # A light is no darker than a half, and noise rarely brighter than a quarter.
        assert ((image > 64) == (lit[mask] > 0)).mean() > 0.999


def test_the_same_seed_draws_the_same_scenes_and_another_draws_others():
    (first, _), (second, _), (other, _) = (next(draw_scenes(seed, 1)) for seed in (0, 0, 1))

    np.testing.assert_array_equal(first, second)
    assert (first != other).mean() > 0.5
