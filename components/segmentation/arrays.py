"""How the stages hand images and masks to each other."""

from typing import TYPE_CHECKING, Any

from kfp import dsl

if TYPE_CHECKING:
    import numpy as np


def write_arrays(dataset: dsl.Dataset, arrays: "dict[str, np.ndarray | Any]") -> None:
    """Write named arrays to an npz file, and note what it holds.

    The file bears no suffix, because KFP chooses its name.

    Args:
        dataset: Where to.
        arrays: `masks` (n x height x width), `classes` (a number), and any others.
    """
    from pathlib import Path

    import numpy as np

    with Path(dataset.path).open("wb") as file:
        np.savez(file, **arrays)
    shape = arrays["masks"].shape
    dataset.metadata.update(zip(("images", "height", "width"), shape, strict=True))
    dataset.metadata["classes"] = int(arrays["classes"])
