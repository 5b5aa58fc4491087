"""T5 by name, from a folder, or as a configuration describes it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from transformers import T5ForConditionalGeneration


def choose_device(device: str) -> "torch.device":
    """Return the device of that name; `auto` is a GPU where there is one, else the CPU.

    All that follows repeats itself.
    """
    import torch

    # Without `warn_only`, with which attention on a GPU would warn and not repeat itself.
    torch.use_deterministic_algorithms(mode=True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(device)


def choose_precision(precision: str, device: "torch.device") -> "torch.autocast":
    """Return the context in which forward passes compute.

    Args:
        precision: `float32`, `bfloat16` (weights and optimiser stay in float32), or `auto`:
            bfloat16 on a GPU that has it.
        device: Where the model is.

    Raises:
        ValueError: The precision is none of these.
    """
    import torch

    if precision not in {"auto", "float32", "bfloat16"}:
        message = f"precision {precision!r} is none of 'auto', 'float32', 'bfloat16'"
        raise ValueError(message)
    if precision == "auto":
        has_it = device.type == "cuda" and torch.cuda.is_bf16_supported()
        precision = "bfloat16" if has_it else "float32"
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


def build_model(model: str, tokens: int, seed: int) -> "T5ForConditionalGeneration":
    """Return T5.

    Args:
        model: Name on the hub (`t5-small`), path of a folder, or a JSON object with fields of
            `transformers.T5Config`, which gets random weights.
        tokens: How many different tokens the model must know.
        seed: Draws the random weights.

    Raises:
        ValueError: The model knows fewer tokens.
    """
    import json

    import torch
    from transformers import T5Config, T5ForConditionalGeneration
    from transformers.utils import logging

    # Their lines would bury what a stage has to say.
    logging.disable_progress_bar()
    if model.lstrip().startswith("{"):
        torch.manual_seed(seed)
        described = {"vocab_size": tokens, "decoder_start_token_id": 0, **json.loads(model)}
        found = T5ForConditionalGeneration(T5Config(**described))
    else:
        found = T5ForConditionalGeneration.from_pretrained(model, dtype=torch.float32)
    if found.config.vocab_size < tokens:
        message = f"model {model!r} knows {found.config.vocab_size} tokens, but there are {tokens}"
        raise ValueError(message)
    return found


MODELS = [choose_device, choose_precision, build_model]
"""What a stage that calls these takes along."""
