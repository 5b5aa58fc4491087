"""The stages as plain functions, with data and models that take a fraction of a second."""

import json
from pathlib import Path

from kfp import dsl
from torch.nn.modules.module import register_module_forward_pre_hook
from transformers.models.t5.modeling_t5 import T5LayerFF

from components.t5_distillation.distillation import distil
from components.t5_distillation.teaching import teach
from components.t5_distillation.tokenisation import tokenise

TEACHER = json.dumps({"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 1, "num_heads": 4})
STUDENT = json.dumps({"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2})
WHAT = ("list", "file", "tree", "queue", "socket", "lock", "thread", "frame")
HOW = ("copy", "sort", "open", "close", "count", "merge")

TOKENISED = {
    "text_field": "text",
    "summary_field": "summary",
    "train_rows": 32,
    "validation_rows": 16,
    "teacher": TEACHER,
    "vocabulary": 300,
    "prefix": "",
    "text_tokens": 24,
    "summary_tokens": 8,
    "seed": 0,
    "batch_size": 8,
}
WHERE = {"seed": 0, "device": "cpu", "precision": "auto", "gradient_checkpointing": False}
TAUGHT = {"teacher": TEACHER, "epochs": 4, "learning_rate": 1e-2, "weight_decay": 0.01, **WHERE}
DISTILLED = {
    "student": STUDENT,
    "stages": 3,
    "epochs": 3,
    "soft_share": 0.5,
    "summary_tokens": 8,
    "learning_rate": 1e-2,
    "weight_decay": 0.01,
    "temperature": 2.0,
    **WHERE,
}


def write_corpus(folder: Path) -> Path:
    """Write 48 texts, of which the summary names what is done to what."""
    rows = [
        {"text": f"a function to {how} the {what} in place", "summary": f"{how} the {what}"}
        for what in WHAT
        for how in HOW
    ]
    file = folder / "corpus.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def artifacts(folder: Path, **kinds: type[dsl.Artifact]) -> dict[str, dsl.Artifact]:
    folder.mkdir(parents=True, exist_ok=True)
    return {name: kind(name=name, uri=str(folder / name)) for name, kind in kinds.items()}


def tokenised(folder: Path, **changes) -> dict[str, dsl.Artifact]:
    found = artifacts(
        folder, train_set=dsl.Dataset, validation_set=dsl.Dataset, tokenizer=dsl.Artifact
    )
    if "data" not in changes:
        changes["data"] = str(write_corpus(folder))
    tokenise.python_func(**found, **(TOKENISED | changes))
    return found


def taught(folder: Path, tokens: dict[str, dsl.Artifact], **changes) -> dict[str, dsl.Artifact]:
    found = artifacts(folder, fine_tuned=dsl.Model, metrics=dsl.Metrics)
    teach.python_func(train_set=tokens["train_set"], **found, **(TAUGHT | changes))
    return found


def distilled(folder: Path, tokens, teacher, previous=None, **changes) -> dict[str, dsl.Artifact]:
    found = artifacts(folder, checkpoint=dsl.Model, metrics=dsl.Metrics, examples=dsl.Markdown)
    score = distil.python_func(
        **tokens,
        fine_tuned=teacher["fine_tuned"],
        previous=previous and previous["checkpoint"],
        **found,
        **(DISTILLED | changes),
    )
    return {**found, "score": score}


def count_layers(stage, *arguments, **changes) -> tuple[dict[str, dsl.Artifact], int]:
    """Return what a stage puts out, and how often feed-forward layers of T5 began."""
    computed = []

    def count(module, *_):
        computed.extend([module] if isinstance(module, T5LayerFF) else [])

    with register_module_forward_pre_hook(count):
        found = stage(*arguments, **changes)
    return found, len(computed)


def differing_files(one: dsl.Artifact, other: dsl.Artifact) -> list[str]:
    files, others = (
        {file.name: file.read_bytes() for file in Path(folder.path).iterdir()}
        for folder in (one, other)
    )
    return sorted(name for name in files | others if files.get(name) != others.get(name))
