import io
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from kfp import dsl
from safetensors.torch import load_file
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

from components.segmentation.arrays import write_arrays
from components.segmentation.training import (
    build_network,
    deal_batches,
    fit,
    load_weights,
    pixel_loss,
    train,
)


@pytest.fixture(autouse=True)
def one_thread():
    """Leave torch as it was: a stage has a process of its own, a test has not."""
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(strict)


@pytest.fixture(scope="module")
def sets(tmp_path_factory) -> tuple[dsl.Dataset, dsl.Dataset]:
    folder = tmp_path_factory.mktemp("sets")
    datasets = tuple(dsl.Dataset(uri=str(folder / name)) for name in ("train", "validation"))
    random = np.random.default_rng(0)
    for dataset, count in zip(datasets, (4, 2), strict=True):
        masks = np.zeros((count, 64, 64), dtype=np.uint8)
        masks[:, :, 32:] = 1
        masks[:, :8] = 255
        images = random.normal(size=(count, 3, 64, 64)).astype(np.float32) + masks[:, None] % 255
        photographs = np.zeros((count, 64, 64, 3), dtype=np.uint8)
        arrays = {"images": images, "photographs": photographs, "masks": masks, "classes": 2}
        write_arrays(dataset, arrays)
    return datasets


def trained(sets, folder: Path, **changes) -> tuple[dsl.Model, dsl.Dataset]:
    folder.mkdir(exist_ok=True)
    model = dsl.Model(uri=str(folder / "model"))
    predictions = dsl.Dataset(uri=str(folder / "predictions"))
    choices = {
        "encoder_weights": "",
        "epochs": 1,
        "threads": 1,
        "seed": 0,
        "batch_size": 3,
        "max_lr": 0.005,
        "weight_decay": 5e-4,
    }
    train.python_func(*sets, model, predictions, **(choices | changes))
    return model, predictions


@pytest.fixture(scope="module")
def usual(sets, tmp_path_factory) -> tuple[dsl.Model, dsl.Dataset]:
    return trained(sets, tmp_path_factory.mktemp("usual"))


def test_every_pixel_of_the_validation_set_gets_a_class(usual, sets):
    arrays, given = np.load(usual[1].path), np.load(sets[1].path)

    assert arrays["labels"].shape == (2, 64, 64)
    assert set(np.unique(arrays["labels"])) <= {0, 1}
    for name in ("masks", "photographs", "classes"):
        np.testing.assert_array_equal(arrays[name], given[name])


def test_the_written_weights_are_those_that_labelled_the_validation_set(usual, sets):
    model, predictions = usual
    network = build_network(2, "")
    network.load_state_dict(load_file(model.path))
    network.eval()

    images = torch.from_numpy(np.load(sets[1].path)["images"])
    with torch.inference_mode():
        labels = network(images).argmax(1)

    assert (labels.numpy() == np.load(predictions.path)["labels"]).mean() > 0.999
    assert model.metadata["loss"] > 0


def test_the_same_seed_gives_the_same_files(usual, sets, tmp_path):
    again = trained(sets, tmp_path)

    for one, other in zip(usual, again, strict=True):
        assert Path(one.path).read_bytes() == Path(other.path).read_bytes()


@pytest.mark.parametrize(
    "changes",
    [{"seed": 1}, {"batch_size": 1}, {"max_lr": 0.05}, {"weight_decay": 5e-3}],
    ids=lambda changes: next(iter(changes)),
)
def test_each_choice_changes_the_weights(usual, sets, tmp_path, changes):
    other, _ = trained(sets, tmp_path, **changes)

    assert Path(usual[0].path).read_bytes() != Path(other.path).read_bytes()


def test_what_has_no_class_teaches_nothing():
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    masks = torch.full((2, 64, 64), 255, dtype=torch.uint8)
    torch.manual_seed(0)
    network = build_network(2, "")
    before = [values.clone() for values in network.parameters()]

    loss = fit(network, images, masks, 2, 1, 0.001, 0.0)

    assert loss == 0
    for old, new in zip(before, network.parameters(), strict=True):
        assert torch.equal(old, new)


def test_the_loss_is_the_mean_over_the_pixels_that_have_a_class():
    scores = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    truth = torch.randint(0, 3, (2, 4, 5), generator=torch.Generator().manual_seed(1))
    usual = torch.nn.functional.cross_entropy(scores, truth)
    torch.testing.assert_close(pixel_loss(scores, truth), usual)

    truth[0] = 255

    torch.testing.assert_close(
        pixel_loss(scores, truth), torch.nn.functional.cross_entropy(scores[1:], truth[1:])
    )


def test_a_loss_that_is_no_number_is_an_error():
    images = torch.full((1, 3, 64, 64), torch.nan)
    masks = torch.zeros((1, 64, 64), dtype=torch.uint8)

    with pytest.raises(ValueError, match="became nan at max_lr"):
        fit(build_network(2, ""), images, masks, 1, 1, 0.001, 0.0)


def test_training_learns_what_tells_the_classes_apart(sets):
    arrays = np.load(sets[0].path)
    images, masks = (torch.from_numpy(arrays[name]) for name in ("images", "masks"))
    torch.manual_seed(0)
    network = build_network(2, "")

    first = fit(network, images, masks, 2, 1, 0.005, 0.0)
    later = fit(network, images, masks, 2, 4, 0.005, 0.0)

    assert later < 0.7 * first


def test_every_epoch_deals_every_image_once():
    torch.manual_seed(0)

    batches = list(deal_batches(7, 3, 2))

    assert [len(batch) for batch in batches] == [3, 3, 1] * 2
    epochs = [torch.cat(batches[:3]).tolist(), torch.cat(batches[3:]).tolist()]
    assert [sorted(epoch) for epoch in epochs] == [list(range(7))] * 2
    assert epochs[0] != epochs[1]


@pytest.fixture(scope="module")
def pretrained() -> dict[str, torch.Tensor]:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return mobilenet_v2().state_dict()


@pytest.mark.parametrize("address", [str, Path.as_uri], ids=["path", "uri"])
def test_an_encoder_starts_from_a_file_of_weights(pretrained, tmp_path, address):
    file = tmp_path / "weights.pth"
    torch.save(pretrained, file)

    network = build_network(3, address(file))

    weights = network.encoder.state_dict()
    assert weights.keys() == {name for name in pretrained if not name.startswith("classifier")}
    for name, values in weights.items():
        assert torch.equal(values, pretrained[name])


def test_an_encoder_starts_from_weights_by_the_name_that_torchvision_gives_them(
    pretrained, monkeypatch
):
    asked = []

    def download(weights, **_):
        asked.append(weights)
        return pretrained

    monkeypatch.setattr(MobileNet_V2_Weights, "get_state_dict", download)

    loaded = load_weights("IMAGENET1K_V1")

    assert asked == [MobileNet_V2_Weights.IMAGENET1K_V1]
    assert loaded.keys() == pretrained.keys()


def test_weights_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match=r"'imagenet' must be a file, a URI, or one of \['IMAGE"):
        load_weights("imagenet")


def test_a_file_that_would_run_code_is_refused(tmp_path):
    class Malice:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "ran",))

    buffer = io.BytesIO()
    torch.save({"weights": Malice()}, buffer)
    (tmp_path / "weights.pth").write_bytes(buffer.getvalue())

    with pytest.raises(pickle.UnpicklingError, match="Weights only"):
        load_weights(str(tmp_path / "weights.pth"))
    assert not (tmp_path / "ran").exists()
