"""How the stages hand rows to each other."""

from typing import TYPE_CHECKING

from kfp import dsl

if TYPE_CHECKING:
    import numpy as np


def write_table(dataset: dsl.Dataset, features: "np.ndarray", labels: "np.ndarray") -> None:
    """Write `features` (n x k) and `labels` (n) to an npz file, and note its size.

    The file bears no suffix, because KFP chooses its name.
    """
    from pathlib import Path

    import numpy as np

    with Path(dataset.path).open("wb") as file:
        np.savez(file, features=features, labels=labels)
    dataset.metadata["rows"], dataset.metadata["columns"] = features.shape
