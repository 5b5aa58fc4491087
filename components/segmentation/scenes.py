"""The data that need no network: patches cut from real photographs, and what each is of.

Both photographs ship inside scikit-learn. The pixels are real, and the masks are exact.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def load_materials() -> "list[np.ndarray]":
    """Cut five materials from the photographs inside scikit-learn, without importing it.

    Returns:
        Temple, foliage, sky, petals and leaves: each of any size x 3, 0 to 255.

    Raises:
        ValueError: scikit-learn is not installed.
    """
    from importlib.util import find_spec
    from pathlib import Path

    import numpy as np
    from PIL import Image

    package = find_spec("sklearn")
    if package is None or package.origin is None:
        message = "the default photographs ship inside scikit-learn, which is not installed here"
        raise ValueError(message)
    folder = Path(package.origin).parent / "datasets" / "images"
    china, flower = (np.asarray(Image.open(folder / f"{name}.jpg")) for name in ("china", "flower"))
    temple, foliage, sky = china[90:330, 100:330], china[310:, 390:], china[:270, 350:540]
    return [temple, foliage, sky, flower[110:340, 190:430], flower[:, 450:]]


def cut_patch(
    material: "np.ndarray", height: int, width: int, random: "np.random.Generator"
) -> "np.ndarray":
    """Cut height x width x 3 pixels from anywhere in a material, under a light of any colour."""
    top = random.integers(material.shape[0] - height + 1)
    left = random.integers(material.shape[1] - width + 1)
    patch = material[top : top + height, left : left + width]
    return patch * random.uniform(0.5, 1.5, size=3)


def draw_polygon(
    side: int, corners: int, radius: float, random: "np.random.Generator"
) -> "np.ndarray":
    """Draw a regular polygon, turned at random, in the middle of a square.

    A pixel is inside where it is on the inner side of every edge.

    Args:
        side: Rows and columns of the square.
        corners: Of the polygon.
        radius: From its centre to a corner, in pixels.
        random: Turns it.

    Returns:
        side x side truth values.
    """
    import numpy as np

    towards = random.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(corners) / corners
    down, right = np.mgrid[:side, :side] - (side - 1) / 2
    beyond = np.max([np.sin(turn) * down + np.cos(turn) * right for turn in towards], axis=0)
    return beyond <= radius * np.cos(np.pi / corners)


def draw_scenes(
    seed: int, count: int, height: int = 128, width: int = 192
) -> "Iterator[tuple[np.ndarray, np.ndarray]]":
    """Lay patches of four materials on a fifth, each in a light of its own.

    Args:
        seed: Fixes every random choice.
        count: How many scenes.
        height: Rows of a scene.
        width: Columns of a scene.

    Yields:
        An image (height x width x 3, 0 to 255), and its mask (height x width): the place of each
        pixel's material in `load_materials`.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    materials = load_materials()
    for _ in range(count):
        image = cut_patch(materials[0], height, width, random)
        mask = np.zeros((height, width), dtype=np.uint8)
        for _ in range(random.integers(3, 7)):
            kind, side = int(random.integers(1, len(materials))), int(random.integers(40, 90))
            top, left = random.integers(height - side), random.integers(width - side)
            inside = draw_polygon(side, int(random.integers(3, 9)), side / 2, random)
            place = np.s_[top : top + side, left : left + side]
            image[place][inside] = cut_patch(materials[kind], side, side, random)[inside]
            mask[place][inside] = kind
        noisy = image + random.normal(scale=12, size=image.shape)
        yield noisy.clip(0, 255).astype(np.uint8), mask
