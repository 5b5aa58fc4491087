"""How good the summaries are that a model writes."""

from typing import TYPE_CHECKING

from kfp import dsl

from components.t5_distillation.rows import read_rows
from components.t5_distillation.training import cut_batches, make_batch

if TYPE_CHECKING:
    import numpy as np
    import torch
    from tokenizers import Tokenizer
    from transformers import T5ForConditionalGeneration


def write_summaries(
    model: "T5ForConditionalGeneration",
    batches: "list[list[tuple[np.ndarray, np.ndarray]]]",
    tokenizer: "Tokenizer",
    longest: int,
    device: "torch.device",
) -> list[str]:
    """Let a model summarise texts by itself, always with the likeliest token (greedy).

    Args:
        model: What writes.
        batches: The tokens of n texts; those of their summaries are not looked at.
        tokenizer: Turns tokens into text.
        longest: How many tokens a summary may have.
        device: Where the model is.

    Returns:
        n summaries.
    """
    import torch

    model.eval()
    written: list[str] = []
    for rows in batches:
        batch = make_batch(rows, device)
        del batch["labels"]
        with torch.no_grad():
            tokens = model.generate(**batch, max_new_tokens=longest, do_sample=False, num_beams=1)
        written += tokenizer.decode_batch(tokens.tolist(), skip_special_tokens=True)
    return [summary.strip() for summary in written]


def summarise(
    model: "T5ForConditionalGeneration",
    validation_set: dsl.Dataset,
    tokenizer: str,
    longest: int,
    device: "torch.device",
    together: int = 64,
) -> tuple[list[str], list[str]]:
    """Let a model summarise the texts that judge it.

    Args:
        model: What writes.
        validation_set: What `tokenise` has put out.
        tokenizer: Path of a tokenizer.json.
        longest: How many tokens a summary may have.
        device: Where the model is.
        together: How many texts are summarised at once.

    Returns:
        n summaries as they should be, and as they were written.
    """
    from tokenizers import Tokenizer

    rows, stored = read_rows(validation_set)
    batches = cut_batches(rows, together)
    written = write_summaries(model, batches, Tokenizer.from_file(tokenizer), longest, device)
    return stored["references"].tolist(), written


def longest_common_subsequence(one: list[str], other: list[str]) -> int:
    """Return how many words both have in the same order, gaps allowed."""
    lengths = [0] * (len(other) + 1)
    for word in one:
        diagonal = 0
        for place, rival in enumerate(other, start=1):
            above = lengths[place]
            lengths[place] = diagonal + 1 if word == rival else max(above, lengths[place - 1])
            diagonal = above
    return lengths[-1]


def mean_rouge_l(references: list[str], written: list[str]) -> float:
    """Return the mean ROUGE-L F-measure, in [0, 1] (Lin, 2004, section 3.2).

    It is that of the package rouge-score without stemming, whose import takes longer than this
    work does.

    Args:
        references: n summaries as they should be.
        written: n summaries as they are.
    """
    import re

    scores = []
    for reference, summary in zip(references, written, strict=True):
        wanted, got = (re.findall("[a-z0-9]+", text.lower()) for text in (reference, summary))
        common = longest_common_subsequence(wanted, got)
        scores.append(2 * common / max(1, len(wanted) + len(got)))
    return sum(scores) / len(scores)


def tell_examples(references: list[str], written: list[str], count: int = 10) -> str:
    """Return a Markdown table of some references and what was written instead."""
    step = max(1, len(references) // count)
    lines = ["| Reference | Written |", "| --- | --- |"]
    for pair in list(zip(references, written, strict=True))[::step][:count]:
        cells = [" ".join(text.replace("|", "\\|").split()) for text in pair]
        lines.append(f"| {cells[0]} | {cells[1]} |")
    return "\n".join([*lines, ""])


SCORING = [write_summaries, summarise, longest_common_subsequence, mean_rouge_l, tell_examples]
"""What a stage that judges a model takes along, beside `read_rows` and TRAINING."""
