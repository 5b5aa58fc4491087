"""All three stages, one after the other: what moves the number that is tuned."""

import json
from pathlib import Path

import pytest
import torch
from kfp import dsl

from components.segmentation.preprocessing import preprocess
from components.segmentation.smoothing import smooth
from components.segmentation.training import train

USUAL = {
    "preprocess": {
        "data": "",
        "scenes": 12,
        "validation_share": 0.34,
        "height": 64,
        "width": 64,
        "seed": 0,
        "mean0": 0.5,
        "mean1": 0.5,
        "mean2": 0.5,
        "std0": 0.25,
        "std1": 0.25,
        "std2": 0.25,
    },
    "train": {
        "encoder_weights": "",
        "epochs": 1,
        "threads": 1,
        "seed": 0,
        "batch_size": 4,
        "max_lr": 0.01,
        "weight_decay": 5e-4,
    },
    "smooth": {"sdim": 1, "compat": 3, "gt_prob": 0.5},
}


@pytest.fixture(autouse=True, scope="module")
def torch_as_it_was():
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(strict)


def objective(folder: Path, known: Path | None = None, **changes) -> str:
    """Run the stages from the first one that a change concerns.

    Args:
        folder: Where new outputs go.
        known: Where the outputs without any change are.
        changes: Inputs that differ from the usual.

    Returns:
        The metrics as they are written, to the last digit.
    """
    place = {}
    for stage, inputs in USUAL.items():
        changed = known is None or folder in place.values() or inputs.keys() & changes.keys()
        place[stage] = folder if changed else known
    sets = [dsl.Dataset(uri=str(place["preprocess"] / name)) for name in ("train", "validation")]
    model = dsl.Model(uri=str(place["train"] / "model"))
    predictions = dsl.Dataset(uri=str(place["train"] / "predictions"))
    metrics = dsl.Metrics(uri=str(folder / "metrics"))
    pictures = dsl.HTML(uri=str(folder / "pictures"))
    run = {
        "preprocess": (preprocess, sets),
        "train": (train, [*sets, model, predictions]),
        "smooth": (smooth, [predictions, metrics, pictures]),
    }
    for stage, (component, artifacts) in run.items():
        if place[stage] == folder:
            inputs = {name: changes.get(name, value) for name, value in USUAL[stage].items()}
            component.python_func(*artifacts, **inputs)
    return json.dumps(metrics.metadata)


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("usual")


@pytest.fixture(scope="module")
def usual(known) -> str:
    return objective(known)


def test_the_same_inputs_give_the_same_metrics_to_the_last_digit(usual, tmp_path):
    assert objective(tmp_path) == usual


@pytest.mark.parametrize(
    "changes",
    [
        {"mean0": 0.0},
        {"mean1": 1.0},
        {"mean2": 0.0},
        {"std0": 0.0},
        {"std1": 1.0},
        {"std2": 0.05},
        {"batch_size": 1},
        {"max_lr": 5e-4},
        {"weight_decay": 5e-3},
        {"sdim": 8},
        {"compat": 50},
        {"gt_prob": 0.95},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_hyperparameter_of_every_stage_can_change_the_objective(
    usual, known, tmp_path, changes
):
    written = objective(tmp_path, known, **changes)

    before, after = json.loads(usual), json.loads(written)

    assert after["mean_iou"] != before["mean_iou"]
    assert 0 < after["mean_iou"] < 1
