"""The Segmentation pipeline of `components/segmentation` as functions: its own code.

Kubeflow Pipelines and torch are imported only where a stage is run, not where a recording is
replayed.
"""

from __future__ import annotations

from benchmarks.problems.artifacts import Artifact

_SEED = 0
_SCENES = 64
_HEIGHT, _WIDTH = 64, 96
_VALIDATION_SHARE = 0.25
_EPOCHS = 3
_WEIGHT_DECAY = 5e-4

Images = tuple[Artifact, Artifact]
"""What `preprocess` leaves: images to learn from, images to be judged by."""


def preprocessed(_: None, mean: float, std: float) -> Images:
    """Draw scenes, and normalise the three colours alike."""
    from components.segmentation.preprocessing import preprocess  # noqa: PLC0415  # loads kfp

    train, validation = Artifact(), Artifact()
    preprocess.python_func(
        train_set=train,
        validation_set=validation,
        data="",
        scenes=_SCENES,
        validation_share=_VALIDATION_SHARE,
        height=_HEIGHT,
        width=_WIDTH,
        seed=_SEED,
        **{f"mean{channel}": mean for channel in range(3)},
        **{f"std{channel}": std for channel in range(3)},
    )
    return train, validation


def trained(images: Images, batch_size: int, log10_max_rate: float) -> Artifact:
    """Train the network, and keep its labels of the validation images."""
    from components.segmentation.training import train  # noqa: PLC0415  # loads kfp and torch

    train_set, validation_set = images
    predictions = Artifact()
    train.python_func(
        train_set=train_set,
        validation_set=validation_set,
        model=Artifact(),
        predictions=predictions,
        encoder_weights="",
        epochs=_EPOCHS,
        threads=1,
        seed=_SEED,
        batch_size=batch_size,
        max_lr=10.0**log10_max_rate,
        weight_decay=_WEIGHT_DECAY,
    )
    return predictions


def smoothed(predictions: Artifact, sdim: int, compat: int, gt_prob: float) -> float:
    """Smooth the labels; return their mean intersection over union with the truth."""
    from components.segmentation.smoothing import smooth  # noqa: PLC0415  # loads kfp

    metrics = Artifact()
    smooth.python_func(
        predictions=predictions,
        metrics=metrics,
        pictures=Artifact(),
        sdim=sdim,
        compat=compat,
        gt_prob=gt_prob,
    )
    return float(metrics.metadata["mean_iou"])
