"""The last stage: neighbours outvote a pixel, and how well the result does.

It needs numpy alone, and Pillow for the picture.
"""

from typing import TYPE_CHECKING

from kfp import dsl

from components.segmentation.image import IMAGE

if TYPE_CHECKING:
    import numpy as np


def log_belief(labels: "np.ndarray", classes: int, gt_prob: float) -> "np.ndarray":
    """Say how far each label is believed before the neighbours are heard.

    Args:
        labels: height x width.
        classes: How many there are, at least two.
        gt_prob: The probability that a label is right; all other classes share the rest. Nothing is
            believed beyond 1 in 10,000.

    Returns:
        Natural logarithms of probabilities, classes x height x width.
    """
    import numpy as np

    right = np.clip(gt_prob, 1e-4, 1 - 1e-4)
    chosen = np.arange(classes)[:, None, None] == labels
    return np.where(chosen, np.log(right), np.log((1 - right) / (classes - 1))).astype(np.float32)


def normalised_closeness(length: int, sdim: float) -> "np.ndarray":
    """Weigh every pixel of a line against every other: exp(-(i - j)^2 / (2 sdim^2)), normalised.

    Each weight is divided by the root of its row's and of its column's sum, as PyDenseCRF does
    unless told otherwise: the votes of all pixels weigh about one, near the border too.

    Returns:
        length x length.
    """
    import numpy as np

    places = np.arange(length)
    weights = np.exp(-((places[:, None] - places) ** 2) / (2 * sdim**2))
    norm = np.sqrt(weights.sum(axis=0))
    return (weights / norm / norm[:, None]).astype(np.float32)


def soften(scores: "np.ndarray") -> "np.ndarray":
    """Turn logarithms, each known but for one constant a pixel, into probabilities by class."""
    import numpy as np

    beliefs = np.exp(scores - scores.max(axis=0))
    return beliefs / beliefs.sum(axis=0)


def infer(unary: "np.ndarray", sdim: float, compat: float, iterations: int = 5) -> "np.ndarray":
    """Infer what each pixel is in a dense CRF, by mean field (Kraehenbuehl and Koltun, 2011).

    Any two pixels with different labels cost `compat` times their closeness, a Gaussian of their
    distance: a product over rows and columns, so that two small matrix products sum over all pairs,
    exactly. As in PyDenseCRF a pixel hears itself too, without which mean field may swing.

    Args:
        unary: Logarithms of probabilities, classes x height x width.
        sdim: Standard deviation of the closeness, in pixels.
        compat: What two different labels cost at most.
        iterations: Of mean field.

    Returns:
        Probabilities, classes x height x width.
    """
    import numpy as np

    down, right = (normalised_closeness(length, sdim) for length in unary.shape[1:])
    beliefs = soften(unary)
    for _ in range(iterations):
        beliefs = soften(unary + np.float32(compat) * (down @ beliefs @ right))
    return beliefs


def count_pairs(masks: "np.ndarray", labels: "np.ndarray", classes: int) -> "np.ndarray":
    """Count the pixels of every class (rows) by their label (columns); 255 is no class."""
    import numpy as np

    known = masks < classes
    pairs = masks[known].astype(np.int64) * classes + labels[known]
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def mean_iou(pairs: "np.ndarray") -> float:
    """Average intersection over union over the classes that any pixel or label is of.

    Args:
        pairs: As `count_pairs` returns them.
    """
    import numpy as np

    intersection = np.diag(pairs)
    union = pairs.sum(axis=0) + pairs.sum(axis=1) - intersection
    return float((intersection[union > 0] / union[union > 0]).mean())


def colour(labels: "np.ndarray") -> "np.ndarray":
    """Give every class a colour that the colour-blind can tell apart (Okabe and Ito, 2008).

    Args:
        labels: Any shape; after eight classes the colours come round again, and 255 is white.

    Returns:
        The same shape x 3, 0 to 255.
    """
    import numpy as np

    palette = "000000 e69f00 56b4e9 009e73 f0e442 0072b2 d55e00 cc79a7"
    colours = np.array([list(bytes.fromhex(code)) for code in palette.split()], dtype=np.uint8)
    return np.where((labels == 255)[..., None], np.uint8(255), colours[labels % 8])  # noqa: PLR2004


def show(columns: "dict[str, np.ndarray]") -> str:
    """Write a page with one picture of images side by side, the columns named.

    Args:
        columns: By name, n images of height x width x 3, 0 to 255.
    """
    import base64
    import io

    import numpy as np
    from PIL import Image

    edge = ((0, 0), (1, 1), (1, 1), (0, 0))
    framed = [np.pad(images, edge, constant_values=255) for images in columns.values()]
    sheet = np.concatenate([np.concatenate(list(images)) for images in framed], axis=1)
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    names = "".join(f"<span>{name}</span>" for name in columns)
    return (
        "<!doctype html><meta charset='utf-8'><title>Validation images</title>"
        "<style>body{font:14px sans-serif;margin:1em}div,img{width:100%;max-width:960px}"
        "div{display:flex}span{flex:1}img{image-rendering:pixelated}</style>"
        f"<div>{names}</div><img alt='Validation images: {', '.join(columns)}' "
        f"src='data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}'>"
    )


@dsl.component(
    base_image=IMAGE,
    install_kfp_package=False,
    packages_to_install=[],
    additional_funcs=[
        log_belief,
        normalised_closeness,
        soften,
        infer,
        count_pairs,
        mean_iou,
        colour,
        show,
    ],
)
def smooth(
    predictions: dsl.Input[dsl.Dataset],
    metrics: dsl.Output[dsl.Metrics],
    pictures: dsl.Output[dsl.HTML],
    sdim: int,
    compat: int,
    gt_prob: float,
) -> None:
    """Smooth the labels with a dense CRF, and judge them after it.

    Args:
        predictions: Labels, masks and photographs of the validation set.
        metrics: `mean_iou` and `pixel_accuracy` after smoothing, `unsmoothed_mean_iou` before.
        pictures: A page with the first validation images: photograph, mask, both labels.
        sdim: How far neighbours are heard, as a standard deviation in pixels.
        compat: How loud neighbours are.
        gt_prob: How far the network's labels are believed.
    """
    from pathlib import Path

    import numpy as np

    given = np.load(predictions.path)
    masks, labels, classes = given["masks"], given["labels"], int(given["classes"])
    smoothed = np.stack(
        [infer(log_belief(image, classes, gt_prob), sdim, compat).argmax(0) for image in labels]
    )
    pairs = count_pairs(masks, smoothed, classes)
    metrics.log_metric("mean_iou", mean_iou(pairs))
    metrics.log_metric("unsmoothed_mean_iou", mean_iou(count_pairs(masks, labels, classes)))
    metrics.log_metric("pixel_accuracy", float(np.diag(pairs).sum() / pairs.sum()))
    classified = {"mask": masks, "network": labels, "smoothed": smoothed}
    coloured = {name: colour(kinds[:8]) for name, kinds in classified.items()}
    page = show({"photograph": given["photographs"][:8], **coloured})
    Path(pictures.path).write_text(page, encoding="utf-8")
