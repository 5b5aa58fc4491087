"""The second stage: a U-Net learns the masks of the training images."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kfp import dsl

from components.segmentation.arrays import write_arrays
from components.segmentation.image import IMAGE

if TYPE_CHECKING:
    import numpy as np
    import torch


def load_weights(source: str) -> "dict[str, torch.Tensor]":
    """Read weights of a MobileNetV2 as torchvision names them.

    Args:
        source: One of torchvision's names, such as `IMAGENET1K_V1`, which torchvision downloads; or
            a path, or a URI that begins with `file:`, `http:` or `https:`, of a file of such a
            state dict.

    Raises:
        ValueError: It is neither a name nor a URI, and there is no such file.
    """
    import io
    from pathlib import Path
    from urllib.request import urlopen

    import torch
    from torchvision.models import MobileNet_V2_Weights

    names = list(MobileNet_V2_Weights.__members__)
    if source in names:
        return dict(MobileNet_V2_Weights[source].get_state_dict(progress=False))
    if source.startswith(("file:", "http:", "https:")):
        with urlopen(source) as response:  # noqa: S310  # the schemes are checked above
            content = response.read()
    elif Path(source).is_file():
        content = Path(source).read_bytes()
    else:
        message = f"encoder_weights {source!r} must be a file, a URI, or one of {names}"
        raise ValueError(message)
    # `weights_only`: a file from elsewhere must not run code.
    return dict(torch.load(io.BytesIO(content), map_location="cpu", weights_only=True))


def build_network(classes: int, encoder_weights: str) -> "torch.nn.Module":
    """Make a U-Net over a MobileNetV2.

    Args:
        classes: How many channels of scores it puts out.
        encoder_weights: As `load_weights` takes it; empty for random ones.
    """
    import segmentation_models_pytorch as smp

    network: Any = smp.Unet("mobilenet_v2", encoder_weights=None, classes=classes)
    if encoder_weights:
        network.encoder.load_state_dict(load_weights(encoder_weights))
    return network


def deal_batches(count: int, size: int, epochs: int) -> "Iterator[torch.Tensor]":
    """Deal numbers below `count` to batches of at most `size`, anew in every epoch."""
    import torch

    for _ in range(epochs):
        yield from torch.randperm(count).split(size)


def pixel_loss(scores: "torch.Tensor", truth: "torch.Tensor") -> "torch.Tensor":
    """Average the cross entropy over all pixels that have a class; without any it is 0.

    Args:
        scores: n x classes x height x width.
        truth: n x height x width; 255 is no class.
    """
    from torch.nn.functional import cross_entropy

    # As one long row of pixels, because CUDA's loss over planes is not reproducible.
    pixels, classes = scores.movedim(1, -1).flatten(0, -2), truth.flatten()
    total = cross_entropy(pixels, classes, ignore_index=255, reduction="sum")
    return total / (classes < 255).sum().clamp(min=1)  # noqa: PLR2004


def fit(
    network: "torch.nn.Module",
    images: "torch.Tensor",
    masks: "torch.Tensor",
    batch_size: int,
    epochs: int,
    max_lr: float,
    weight_decay: float,
) -> float:
    """Train with AdamW and one cycle of the learning rate; mirror half of the images.

    Args:
        network: Its weights change; it is where the data shall go.
        images: n x 3 x height x width.
        masks: n x height x width; 255 is no class and teaches nothing.
        batch_size: Images a step at most.
        epochs: How often every image is seen.
        max_lr: The learning rate at the top of the cycle.
        weight_decay: AdamW's decay of the weights.

    Returns:
        The mean loss of the last epoch, in nats a pixel.

    Raises:
        ValueError: The loss is no number any more.
    """
    import math

    import torch

    device = next(network.parameters()).device
    steps = math.ceil(len(images) / batch_size)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=max_lr, weight_decay=weight_decay, fused=True
    )
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr, total_steps=epochs * steps)
    losses = []
    network.train()
    for rows in deal_batches(len(images), batch_size, epochs):
        mirrored = torch.rand(len(rows)) < 0.5  # noqa: PLR2004
        batch, truth = images[rows], masks[rows].long()
        batch[mirrored], truth[mirrored] = batch[mirrored].flip(-1), truth[mirrored].flip(-1)
        loss = pixel_loss(network(batch.to(device)), truth.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        cycle.step()
        losses.append(loss.detach())
    final = float(torch.stack(losses[-steps:]).mean())
    if not math.isfinite(final):
        message = f"the loss became {final} at max_lr {max_lr}: lower it"
        raise ValueError(message)
    return final


def predict(network: "torch.nn.Module", images: "torch.Tensor") -> "np.ndarray":
    """Return the likeliest class of every pixel (n x 3 x height x width to n x height x width)."""
    import numpy as np
    import torch

    device = next(network.parameters()).device
    network.eval()
    with torch.inference_mode():
        labels = [network(image[None].to(device)).argmax(1).cpu() for image in images]
    return torch.cat(labels).numpy().astype(np.uint8)


@dsl.component(
    base_image=IMAGE,
    install_kfp_package=False,
    packages_to_install=[],
    additional_funcs=[
        load_weights,
        build_network,
        deal_batches,
        pixel_loss,
        fit,
        predict,
        write_arrays,
    ],
)
def train(
    train_set: dsl.Input[dsl.Dataset],
    validation_set: dsl.Input[dsl.Dataset],
    model: dsl.Output[dsl.Model],
    predictions: dsl.Output[dsl.Dataset],
    encoder_weights: str,
    epochs: int,
    threads: int,
    seed: int,
    batch_size: int,
    max_lr: float,
    weight_decay: float,
) -> None:
    """Train a U-Net over a MobileNetV2, and let it label the validation images.

    Args:
        train_set: The images and masks to learn from.
        validation_set: The images to label.
        model: The weights in a safetensors file, as segmentation-models-pytorch names them.
        predictions: `labels` (n x height x width), with the validation set's `photographs`,
            `masks` and `classes`.
        encoder_weights: Empty for random ones, a path or URI, or a name of torchvision's.
        epochs: How often every image is seen.
        threads: CPU threads; the last bits of the result may depend on their number.
        seed: Draws the weights and deals the batches.
        batch_size: Images a step at most.
        max_lr: The learning rate at the top of the cycle.
        weight_decay: AdamW's decay of the weights.
    """
    import numpy as np
    import torch
    from safetensors.torch import save_file

    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(mode=True)
    torch.manual_seed(seed)
    known, asked = np.load(train_set.path), np.load(validation_set.path)
    classes = int(known["classes"])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = build_network(classes, encoder_weights).to(device)
    images, masks = (torch.from_numpy(known[name]) for name in ("images", "masks"))
    loss = fit(network, images, masks, batch_size, epochs, max_lr, weight_decay)
    save_file(network.state_dict(), model.path)
    model.metadata.update({"architecture": "U-Net, MobileNetV2", "classes": classes, "loss": loss})
    labels = predict(network, torch.from_numpy(asked["images"]))
    passed_on = {name: asked[name] for name in ("photographs", "masks", "classes")}
    write_arrays(predictions, {"labels": labels, **passed_on})
