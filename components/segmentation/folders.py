"""Images and masks from a folder or a zip file, by path or URI."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import numpy as np


def open_data(address: str) -> "Traversable":
    """Find the folder that holds `images` and `masks`.

    Args:
        address: A path, or a URI that begins with `file:`, of a folder or a zip file; or a URI that
            begins with `http:` or `https:`, of a zip file.

    Returns:
        The folder, which may lie in a zip file, there also below one other folder.

    Raises:
        ValueError: There is no such folder.
    """
    import io
    import zipfile
    from pathlib import Path
    from urllib.parse import urlsplit
    from urllib.request import url2pathname, urlopen

    if address.startswith(("http:", "https:")):
        with urlopen(address) as response:  # noqa: S310  # the schemes are checked above
            root = zipfile.Path(io.BytesIO(response.read()))
    else:
        local = url2pathname(urlsplit(address).path) if address.startswith("file:") else address
        root = zipfile.Path(local) if zipfile.is_zipfile(local) else Path(local)
    for folder in [root, *(root.iterdir() if root.is_dir() else [])]:
        if (folder / "images").is_dir() and (folder / "masks").is_dir():
            return folder
    message = f"data {address!r} must be a folder or a zip file with the folders images and masks"
    raise ValueError(message)


def match_files(folder: "Traversable") -> "list[tuple[Traversable, Traversable]]":
    """Pair every image with the mask of the same name, in the names' order.

    Raises:
        ValueError: There is no image, or one has no mask.
    """
    images, masks = (
        {file.name.rpartition(".")[0]: file for file in (folder / name).iterdir() if file.is_file()}
        for name in ("images", "masks")
    )
    images.pop("", None)  # names that begin with their only dot: .DS_Store and the like
    lost = sorted(images.keys() - masks.keys())
    if lost or not images:
        message = (
            f"{len(lost)} of {len(images)} images have no mask of the same name, such as {lost[:3]}"
            if lost
            else "the folder images is empty; it must hold at least two images"
        )
        raise ValueError(message)
    return [(images[name], masks[name]) for name in sorted(images)]


def read_folder(address: str) -> "Iterator[tuple[np.ndarray, np.ndarray]]":
    """Read pairs of an image and its mask, one after the other.

    Args:
        address: As `open_data` takes it.

    Yields:
        An image (height x width x 3, 0 to 255), and its mask (height x width): the number of each
        pixel's class, 255 for none.

    Raises:
        ValueError: A mask has another size than its image, or is no picture of one channel.
    """
    import numpy as np
    from PIL import Image

    for image_file, mask_file in match_files(open_data(address)):
        with image_file.open("rb") as file:
            image = np.asarray(Image.open(file).convert("RGB"))
        with mask_file.open("rb") as file:
            mask = np.asarray(Image.open(file))
        if mask.shape != image.shape[:2] or mask.dtype != np.uint8:
            message = (
                f"mask {mask_file.name!r} is {mask.shape} of {mask.dtype}, but must be "
                f"{image.shape[:2]} of uint8: one channel, as large as its image"
            )
            raise ValueError(message)
        yield image, mask
