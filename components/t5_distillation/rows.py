"""How the stages hand tokens to each other."""

from typing import TYPE_CHECKING

from kfp import dsl

if TYPE_CHECKING:
    import numpy as np


def write_rows(
    dataset: dsl.Dataset, pairs: list[tuple[list[int], list[int]]], **facts: int | list[str]
) -> None:
    """Write the tokens of n texts and of their summaries to an npz file.

    The rows of each side stand end to end in one array (`texts`, `summaries`); another says where
    each ends. The file bears no suffix, because KFP chooses its name.

    Args:
        dataset: Where to.
        pairs: The tokens of every text and of its summary.
        facts: What else the file shall hold.
    """
    from pathlib import Path

    import numpy as np

    arrays = {name: np.array(fact) for name, fact in facts.items()}
    for name, side in zip(("texts", "summaries"), zip(*pairs, strict=True), strict=True):
        arrays[name] = np.concatenate(side).astype(np.int32)
        arrays[f"{name}_ends"] = np.cumsum([len(row) for row in side])
    with Path(dataset.path).open("wb") as file:
        np.savez(file, **arrays)
    dataset.metadata["rows"] = len(pairs)


def read_rows(
    dataset: dsl.Dataset,
) -> "tuple[list[tuple[np.ndarray, np.ndarray]], dict[str, np.ndarray]]":
    """Read what `write_rows` wrote: the pairs of tokens, and all that the file holds."""
    import numpy as np

    stored = dict(np.load(dataset.path))
    sides = [np.split(stored[name], stored[f"{name}_ends"][:-1]) for name in ("texts", "summaries")]
    return list(zip(*sides, strict=True)), stored
