import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.segmentation.folders import match_files, open_data, read_folder

PIXELS = np.random.default_rng(0).integers(0, 256, size=(4, 6, 3), dtype=np.uint8)
MASK = np.array([[0, 1, 2, 255, 0, 1]] * 4, dtype=np.uint8)


@pytest.fixture
def folder(tmp_path) -> Path:
    root = tmp_path / "own data"
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True)
    for name in ("b", "a"):
        Image.fromarray(PIXELS).save(root / "images" / f"{name}.png")
        Image.fromarray(MASK).save(root / "masks" / f"{name}.png")
    return root


def as_zip(folder: Path) -> str:
    return shutil.make_archive(str(folder), "zip", folder)


def as_zip_of_folder(folder: Path) -> str:
    return shutil.make_archive(str(folder), "zip", folder.parent, folder.name)


def as_uri_of_zip(folder: Path) -> str:
    return Path(as_zip(folder)).as_uri()


@pytest.mark.parametrize(
    "address",
    [str, Path.as_uri, as_zip, as_zip_of_folder, as_uri_of_zip],
    ids=["path", "uri", "zip", "zip of a folder", "uri of a zip"],
)
def test_images_and_masks_are_read_from_a_folder_or_a_zip_file(folder, address):
    pairs = list(read_folder(address(folder)))

    assert len(pairs) == 2
    for image, mask in pairs:
        np.testing.assert_array_equal(image, PIXELS)
        np.testing.assert_array_equal(mask, MASK)


def test_a_zip_file_is_read_over_http(folder, monkeypatch):
    archive = Path(as_zip(folder))
    monkeypatch.setattr("urllib.request.urlopen", lambda address: archive.open("rb"))

    assert len(list(read_folder("https://example.org/own.zip"))) == 2


def test_the_palette_of_a_mask_is_not_mistaken_for_its_classes(folder):
    mask = Image.fromarray(MASK)
    mask.putpalette([200, 100, 0] * 256)
    mask.save(folder / "masks" / "a.png")

    (_, first), _ = read_folder(str(folder))

    np.testing.assert_array_equal(first, MASK)


def test_pairs_come_in_the_order_of_their_names_whatever_the_suffix(folder):
    Image.fromarray(PIXELS).save(folder / "images" / "A.jpg")
    Image.fromarray(MASK).save(folder / "masks" / "A.png")
    (folder / "images" / ".hidden").touch()

    names = [(image.name, mask.name) for image, mask in match_files(folder)]

    assert names == [("A.jpg", "A.png"), ("a.png", "a.png"), ("b.png", "b.png")]


def test_an_image_without_a_mask_is_named(folder):
    (folder / "masks" / "b.png").unlink()

    with pytest.raises(ValueError, match=r"1 of 2 images have no mask .* \['b'\]"):
        match_files(folder)


def test_no_image_is_said_to_be_too_few(folder):
    shutil.rmtree(folder / "images")
    (folder / "images").mkdir()

    with pytest.raises(ValueError, match="at least two"):
        match_files(folder)


@pytest.mark.parametrize("kind", ["nothing", "folder", "file"])
def test_an_address_without_the_two_folders_is_refused(tmp_path, kind):
    place = tmp_path / "elsewhere"
    if kind == "folder":
        place.mkdir()
    if kind == "file":
        place.write_text("no data")

    with pytest.raises(ValueError, match="with the folders images and masks"):
        open_data(str(place))


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (PIXELS, r"'a.png' is \(4, 6, 3\) of uint8, but must be \(4, 6\)"),
        (MASK[:3], r"\(3, 6\) of uint8, but must be \(4, 6\)"),
        (MASK.astype(np.uint16), "of uint16"),
    ],
    ids=["three channels", "another size", "sixteen bits"],
)
def test_a_mask_that_does_not_fit_its_image_is_refused(folder, mask, message):
    Image.fromarray(mask).save(folder / "masks" / "a.png")

    with pytest.raises(ValueError, match=message):
        list(read_folder(str(folder)))
