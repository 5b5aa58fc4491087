"""The first stage: photographs in, normalised images of one size out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kfp import dsl

from components.segmentation.arrays import write_arrays
from components.segmentation.folders import match_files, open_data, read_folder
from components.segmentation.image import IMAGE
from components.segmentation.scenes import cut_patch, draw_polygon, draw_scenes, load_materials

if TYPE_CHECKING:
    import numpy as np


def resize(
    pairs: "Iterable[tuple[np.ndarray, np.ndarray]]", height: int, width: int
) -> "tuple[np.ndarray, np.ndarray]":
    """Bring all images and masks to one size, and every mask pixel to one of its neighbours' class.

    Args:
        pairs: Images (any size x 3, 0 to 255) and their masks.
        height: The new height; U-Net halves it five times, so it is a multiple of 32.
        width: The new width, likewise.

    Returns:
        Images (n x height x width x 3) and masks (n x height x width).

    Raises:
        ValueError: U-Net cannot take the size.
    """
    import numpy as np
    from PIL import Image

    for name, length in (("height", height), ("width", width)):
        if length < 64 or length % 32:  # noqa: PLR2004  # batch norm wants two values a channel
            message = f"{name} {length} must be a multiple of 32, and at least 64"
            raise ValueError(message)
    smooth, nearest = Image.Resampling.BILINEAR, Image.Resampling.NEAREST
    resized = [
        [
            np.asarray(Image.fromarray(image).resize((width, height), smooth)),
            np.asarray(Image.fromarray(mask).resize((width, height), nearest)),
        ]
        for image, mask in pairs
    ]
    images, masks = (np.stack(arrays) for arrays in zip(*resized, strict=True))
    return images, masks


def count_classes(masks: "np.ndarray") -> int:
    """Return one more than the largest class of any pixel; 255 is none.

    Raises:
        ValueError: There are fewer than two classes.
    """
    classes = int(masks[masks < 255].max(initial=0)) + 1  # noqa: PLR2004
    if classes < 2:  # noqa: PLR2004
        message = "all mask pixels are of class 0, but there must be at least one other class"
        raise ValueError(message)
    return classes


def normalise(photographs: "np.ndarray", means: list[float], stds: list[float]) -> "np.ndarray":
    """Subtract a mean from each colour and divide by its standard deviation.

    A deviation below one grey level, 0 included, counts as one grey level: nothing smaller is in
    a photograph, and nothing is divided by zero.

    Args:
        photographs: n x height x width x 3, 0 to 255.
        means: Of red, green and blue, 0 to 1.
        stds: Likewise.

    Returns:
        n x 3 x height x width.
    """
    import numpy as np

    deviations = np.maximum(stds, 1 / 255).astype(np.float32)
    scaled = photographs.astype(np.float32) / 255
    normalised = (scaled - np.asarray(means, np.float32)) / deviations
    return np.ascontiguousarray(normalised.transpose(0, 3, 1, 2))


def draw_validation(count: int, share: float, seed: int) -> "np.ndarray":
    """Choose the validation images: at least one, and not all.

    Returns:
        count truth values.

    Raises:
        ValueError: There are fewer than two images to choose from.
    """
    import numpy as np

    if count < 2:  # noqa: PLR2004
        message = f"{count} image is too few: there must be one to learn from and one to judge by"
        raise ValueError(message)
    chosen = np.random.default_rng(seed).permutation(count)
    return chosen < min(max(round(share * count), 1), count - 1)


@dsl.component(
    base_image=IMAGE,
    install_kfp_package=False,
    packages_to_install=[],
    additional_funcs=[
        load_materials,
        cut_patch,
        draw_polygon,
        draw_scenes,
        open_data,
        match_files,
        read_folder,
        resize,
        count_classes,
        normalise,
        draw_validation,
        write_arrays,
    ],
)
def preprocess(
    train_set: dsl.Output[dsl.Dataset],
    validation_set: dsl.Output[dsl.Dataset],
    data: str,
    scenes: int,
    validation_share: float,
    height: int,
    width: int,
    seed: int,
    mean0: float,
    mean1: float,
    mean2: float,
    std0: float,
    std1: float,
    std2: float,
) -> None:
    """Bring the photographs to one size, split them, and normalise their colours.

    Args:
        train_set: To learn from: `images` (n x 3 x height x width, normalised), `photographs`
            (n x height x width x 3, as they were), `masks` (n x height x width) and `classes`.
        validation_set: To judge the whole pipeline by, in the same form.
        data: Path or URI of a folder or zip file with images and masks; empty for drawn scenes.
        scenes: How many scenes to draw where there are no data.
        validation_share: Share of the images in the validation set.
        height: All images get this height.
        width: All images get this width.
        seed: Draws the scenes and the validation images.
        mean0: Subtracted from red, which goes from 0 to 1.
        mean1: Subtracted from green.
        mean2: Subtracted from blue.
        std0: Divides red.
        std1: Divides green.
        std2: Divides blue.
    """
    pairs = read_folder(data) if data else draw_scenes(seed, scenes)
    photographs, masks = resize(pairs, height, width)
    classes = count_classes(masks)
    images = normalise(photographs, [mean0, mean1, mean2], [std0, std1, std2])
    validation = draw_validation(len(masks), validation_share, seed)
    everything = {"images": images, "photographs": photographs, "masks": masks}
    for dataset, rows in ((train_set, ~validation), (validation_set, validation)):
        arrays = {name: array[rows] for name, array in everything.items()}
        write_arrays(dataset, {**arrays, "classes": classes})
