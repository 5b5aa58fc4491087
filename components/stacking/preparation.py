"""The first stage: real rows in, scaled and rotated features out.

It needs numpy alone. Importing scikit-learn takes longer than this work does.
"""

from typing import TYPE_CHECKING, NamedTuple

from kfp import dsl

from components.stacking.image import IMAGE
from components.stacking.tables import write_table

if TYPE_CHECKING:
    import numpy as np


def load_default() -> "tuple[np.ndarray, np.ndarray]":
    """Read the diabetes patients that ship inside scikit-learn, without importing it.

    Returns:
        Features (442 x 10), and whether the disease progressed above the median (442).
    """
    from importlib.util import find_spec
    from pathlib import Path

    import numpy as np

    package = find_spec("sklearn")
    if package is None or package.origin is None:
        message = "the default data ship inside scikit-learn, which is not installed here"
        raise ValueError(message)
    folder = Path(package.origin).parent / "datasets" / "data"
    progression = np.loadtxt(folder / "diabetes_target.csv.gz")
    features = np.loadtxt(folder / "diabetes_data_raw.csv.gz")
    return features, (progression > np.median(progression)).astype(int)


def encode_column(texts: list[str]) -> "np.ndarray":
    """Turn the texts of one column into numbers.

    Returns:
        n values: NaN for an empty text; ranks of the sorted texts where some are no numbers.
    """
    import numpy as np

    column = np.array([text.strip() for text in texts])
    numbers = np.full(len(column), np.nan)
    filled = column != ""
    try:
        numbers[filled] = column[filled].astype(float)
    except ValueError:
        numbers[filled] = np.unique(column[filled], return_inverse=True)[1]
    return numbers


def load_csv(address: str, label: str) -> "tuple[np.ndarray, np.ndarray]":
    """Read a CSV file with a header line.

    Args:
        address: A path, or a URI that begins with `file:`, `http:` or `https:`.
        label: The column to predict; the later of its two values, when sorted, is positive.

    Returns:
        Features (n x d) and labels (n).
    """
    import csv
    from pathlib import Path
    from urllib.request import urlopen

    if address.startswith(("file:", "http:", "https:")):
        with urlopen(address) as response:  # noqa: S310  # the schemes are checked above
            text = response.read().decode()
    else:
        text = Path(address).read_text(encoding="utf-8")
    header, *rows = [row for row in csv.reader(text.splitlines()) if row]
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    return split_label(columns, label)


def split_label(columns: dict[str, tuple[str, ...]], label: str) -> "tuple[np.ndarray, np.ndarray]":
    """Tell the label from the features.

    Raises:
        ValueError: There is no such column, or it does not hold exactly two values.
    """
    import numpy as np

    if label not in columns:
        message = f"label {label!r} is none of the columns {sorted(columns)}"
        raise ValueError(message)
    classes, labels = np.unique(columns[label], return_inverse=True)
    if len(classes) != 2:  # noqa: PLR2004
        message = f"label {label!r} has {len(classes)} values, but must have exactly 2"
        raise ValueError(message)
    features = [encode_column(list(texts)) for name, texts in columns.items() if name != label]
    return np.column_stack(features), labels


def draw_test_rows(labels: "np.ndarray", test_share: float, seed: int) -> "np.ndarray":
    """Choose the test rows, the same share of either class.

    Returns:
        n truth values.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    chosen = np.zeros(len(labels), dtype=bool)
    for value in (0, 1):
        rows = random.permutation(np.flatnonzero(labels == value))
        chosen[rows[: round(test_share * len(rows))]] = True
    return chosen


def fill_gaps(features: "np.ndarray", train: "np.ndarray") -> "np.ndarray":
    """Replace NaN by the median of the training rows (n x d to n x d)."""
    import numpy as np

    medians = [np.median(column[~np.isnan(column)]) for column in features[train].T]
    return np.where(np.isnan(features), medians, features)


def scale(features: "np.ndarray", train: "np.ndarray", scaler: str) -> "np.ndarray":
    """Bring all features to one scale, as the training rows show it (n x d to n x d).

    Args:
        features: n x d.
        train: Which rows may be learned from.
        scaler: `none`, `standard` (mean 0, variance 1) or `quantile` (ranks in [0, 1]).
    """
    import numpy as np

    seen = features[train]
    if scaler == "none":
        return features
    if scaler == "standard":
        return (features - seen.mean(axis=0)) / np.maximum(seen.std(axis=0), 1e-12)
    if scaler == "quantile":
        ranks = [np.searchsorted(np.sort(s), f) for s, f in zip(seen.T, features.T, strict=True)]
        return np.column_stack(ranks) / len(seen)
    message = f"scaler {scaler!r} is none of 'none', 'standard', 'quantile'"
    raise ValueError(message)


def multiply(features: "np.ndarray") -> "np.ndarray":
    """Append the products of all pairs of features (n x d to n x (d + d (d + 1) / 2))."""
    import numpy as np

    left, right = np.triu_indices(features.shape[1])
    return np.hstack([features, features[:, left] * features[:, right]])


def rotate(features: "np.ndarray", train: "np.ndarray", share: float) -> "np.ndarray":
    """Keep the first principal components of the training rows (n x d to n x k).

    Args:
        features: n x d.
        train: Which rows may be learned from.
        share: How much of the d directions to keep; at least one stays.
    """
    import numpy as np

    centred = features - features[train].mean(axis=0)
    directions = np.linalg.svd(centred[train], full_matrices=False)[2]
    kept = max(1, round(share * len(directions)))
    return centred @ directions[:kept].T


@dsl.component(
    base_image=IMAGE,
    install_kfp_package=False,
    packages_to_install=[],
    additional_funcs=[
        load_default,
        load_csv,
        split_label,
        encode_column,
        draw_test_rows,
        fill_gaps,
        scale,
        multiply,
        rotate,
        write_table,
    ],
)
def prepare(
    train_set: dsl.Output[dsl.Dataset],
    test_set: dsl.Output[dsl.Dataset],
    data: str,
    label: str,
    test_share: float,
    seed: int,
    scaler: str,
    interactions: bool,
    component_share: float,
) -> NamedTuple("Shape", [("train_rows", int), ("features", int)]):
    """Split the data, then fill, scale, multiply and rotate the features.

    Args:
        train_set: The rows to learn from: `features` (n x k) and `labels` (n) in an npz file.
        test_set: The rows that judge the whole pipeline, in the same form.
        data: Path or URI of a CSV file; empty for the data that ship inside scikit-learn.
        label: The CSV file's column to predict; it holds two values.
        test_share: Share of the rows in the test set.
        seed: Draws the test rows.
        scaler: `none`, `standard` or `quantile`.
        interactions: Whether the products of all pairs of features are features too.
        component_share: Share of the principal components that is kept.

    Returns:
        The number of training rows, and of features that are left.
    """
    features, labels = load_csv(data, label) if data else load_default()
    test = draw_test_rows(labels, test_share, seed)
    scaled = scale(fill_gaps(features, ~test), ~test, scaler)
    ready = rotate(multiply(scaled) if interactions else scaled, ~test, component_share)
    for dataset, rows in ((train_set, ~test), (test_set, test)):
        write_table(dataset, ready[rows], labels[rows])
    return (int((~test).sum()), ready.shape[1])
