"""The segmentation pipeline; `python -m components.segmentation.pipeline` compiles it.

The stages and their twelve hyperparameters are those of the segmentation pipeline in the EEIPU
paper (arXiv 2411.03731). Other than in its published code the labels are judged after smoothing, so
that the last three matter, and a standard deviation of 0 does no harm.
"""

from pathlib import Path

from kfp import compiler, dsl

from components.segmentation.preprocessing import preprocess
from components.segmentation.smoothing import smooth
from components.segmentation.training import train

COMPILED = Path(__file__).with_suffix(".yaml")


@dsl.pipeline(
    name="segmentation", description="Train a U-Net, and smooth its labels with a dense CRF."
)
def segmentation(
    data: str = "",
    scenes: int = 64,
    validation_share: float = 0.25,
    height: int = 64,
    width: int = 96,
    seed: int = 0,
    mean0: float = 0.5,
    mean1: float = 0.5,
    mean2: float = 0.5,
    std0: float = 0.25,
    std1: float = 0.25,
    std2: float = 0.25,
    encoder_weights: str = "",
    epochs: int = 3,
    threads: int = 1,
    batch_size: int = 3,
    max_lr: float = 0.01,
    weight_decay: float = 5e-4,
    sdim: int = 2,
    compat: int = 5,
    gt_prob: float = 0.7,
) -> None:
    """Normalise the images, train the network, then smooth what it says.

    Args:
        data: Path or URI of a folder or zip file with images and masks; empty for drawn scenes.
        scenes: How many scenes to draw where there are no data.
        validation_share: Share of the images in the validation set.
        height: All images get this height, a multiple of 32.
        width: All images get this width, a multiple of 32.
        seed: Fixes every random choice.
        mean0: Subtracted from red, which goes from 0 to 1.
        mean1: Subtracted from green.
        mean2: Subtracted from blue.
        std0: Divides red.
        std1: Divides green.
        std2: Divides blue.
        encoder_weights: Empty for random ones, a path or URI, or a name of torchvision's.
        epochs: How often every image is seen.
        threads: CPU threads; the last bits of the result may depend on their number.
        batch_size: Images a training step at most.
        max_lr: The learning rate at the top of the cycle.
        weight_decay: AdamW's decay of the weights.
        sdim: How far neighbours are heard, as a standard deviation in pixels.
        compat: How loud neighbours are.
        gt_prob: How far the network's labels are believed.
    """
    prepared = preprocess(
        data=data,
        scenes=scenes,
        validation_share=validation_share,
        height=height,
        width=width,
        seed=seed,
        mean0=mean0,
        mean1=mean1,
        mean2=mean2,
        std0=std0,
        std1=std1,
        std2=std2,
    )
    trained = train(
        train_set=prepared.outputs["train_set"],
        validation_set=prepared.outputs["validation_set"],
        encoder_weights=encoder_weights,
        epochs=epochs,
        threads=threads,
        seed=seed,
        batch_size=batch_size,
        max_lr=max_lr,
        weight_decay=weight_decay,
    )
    smoothed = smooth(
        predictions=trained.outputs["predictions"], sdim=sdim, compat=compat, gt_prob=gt_prob
    )
    for task in (prepared, smoothed):
        # The arrays are small: a second thread would only wait for the first.
        task.set_env_variable("OMP_NUM_THREADS", "1")
    # Without it matrix products on a GPU are not reproducible, and torch refuses them.
    trained.set_env_variable("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


if __name__ == "__main__":
    compiler.Compiler().compile(segmentation, str(COMPILED))
