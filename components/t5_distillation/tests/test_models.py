import pytest
import torch

from components.t5_distillation.models import build_model, choose_device, choose_precision
from components.t5_distillation.tests.stages import STUDENT, TEACHER


def test_a_configuration_gets_random_weights_by_the_seed():
    first, same, other = (build_model(STUDENT, 300, seed).shared.weight for seed in (0, 0, 1))

    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_configuration_says_the_size_and_the_data_the_tokens():
    found = build_model(TEACHER, 300, 0)

    assert (found.config.d_model, found.config.num_layers) == (32, 1)
    assert found.config.vocab_size == 300
    assert (found.config.pad_token_id, found.config.eos_token_id) == (0, 1)


def test_a_folder_gives_back_its_weights_whatever_the_seed(tmp_path):
    kept = build_model(STUDENT, 300, 0)
    kept.save_pretrained(tmp_path / "model")

    found = build_model(str(tmp_path / "model"), 300, 5)

    assert all(torch.equal(w, kept.state_dict()[name]) for name, w in found.state_dict().items())


def test_a_model_that_knows_too_few_tokens_is_refused(tmp_path):
    build_model(STUDENT, 300, 0).save_pretrained(tmp_path / "model")

    with pytest.raises(ValueError, match="knows 300 tokens, but there are 301"):
        build_model(str(tmp_path / "model"), 301, 0)


@pytest.mark.parametrize("is_there", [False, True])
def test_auto_takes_the_gpu_where_there_is_one(monkeypatch, is_there):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: is_there)

    assert choose_device("auto") == torch.device("cuda" if is_there else "cpu")
    assert choose_device("cpu") == torch.device("cpu")


def test_what_follows_repeats_itself():
    torch.use_deterministic_algorithms(mode=False)

    choose_device("cpu")

    assert torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize(
    ("precision", "computed_in"),
    [("auto", torch.float32), ("float32", torch.float32), ("bfloat16", torch.bfloat16)],
)
def test_matrices_are_multiplied_in_the_precision_that_is_asked_for(precision, computed_in):
    with choose_precision(precision, torch.device("cpu")):
        product = torch.ones(2, 2) @ torch.ones(2, 2)

    assert product.dtype == computed_in


def test_auto_is_bfloat16_on_a_gpu_that_has_it(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    # The real one refuses to be made where there is no GPU.
    monkeypatch.setattr(torch, "autocast", lambda *place, enabled: (*place, enabled))

    assert choose_precision("auto", torch.device("cuda")) == ("cuda", torch.bfloat16, True)


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="'half' is none of 'auto', 'float32', 'bfloat16'"):
        choose_precision("half", torch.device("cpu"))
