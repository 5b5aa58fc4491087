"""The first stage: texts in, batches of tokens out."""

from typing import TYPE_CHECKING, NamedTuple

from kfp import dsl

from components.t5_distillation.corpus import CORPUS, load_pairs
from components.t5_distillation.image import IMAGE
from components.t5_distillation.rows import write_rows

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def train_tokenizer(texts: list[str], vocabulary: int) -> "Tokenizer":
    """Learn byte pairs from texts.

    Padding is token 0 and the end of a text token 1, as T5 has it. Every text can be written, since
    all bytes are tokens.

    Args:
        texts: What to learn from.
        vocabulary: How many tokens there may be; 258 at least.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=["<pad>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return tokenizer


def find_tokenizer(teacher: str, texts: list[str], vocabulary: int) -> "Tokenizer":
    """Return the teacher's tokenizer, or one learned from the texts if it has none.

    Args:
        teacher: Name on the hub, path of a folder, or a configuration (JSON), which has none.
        texts: What to learn from.
        vocabulary: How many tokens a learned one may have.
    """
    if teacher.lstrip().startswith("{"):
        return train_tokenizer(texts, vocabulary)
    from transformers import AutoTokenizer

    tokenizer: Tokenizer = AutoTokenizer.from_pretrained(teacher).backend_tokenizer
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: "Tokenizer", texts: list[str], longest: int) -> list[list[int]]:
    """Return the tokens of every text, at most `longest`, the end included."""
    tokenizer.enable_truncation(longest)
    return [encoding.ids for encoding in tokenizer.encode_batch(texts)]


@dsl.component(
    base_image=IMAGE,
    install_kfp_package=False,
    packages_to_install=[],
    additional_funcs=[*CORPUS, train_tokenizer, find_tokenizer, encode, write_rows],
)
def tokenise(
    train_set: dsl.Output[dsl.Dataset],
    validation_set: dsl.Output[dsl.Dataset],
    tokenizer: dsl.Output[dsl.Artifact],
    data: str,
    text_field: str,
    summary_field: str,
    train_rows: int,
    validation_rows: int,
    teacher: str,
    vocabulary: int,
    prefix: str,
    text_tokens: int,
    summary_tokens: int,
    seed: int,
    batch_size: int,
) -> NamedTuple("Size", [("train_rows", int), ("tokens", int)]):
    """Turn texts and summaries into tokens, and rows of like length into batches.

    Args:
        train_set: The tokens to learn from, in an npz file.
        validation_set: The tokens that judge the student, and the summaries as texts.
        tokenizer: What turned them into tokens (tokenizer.json).
        data: `cnn_dailymail`, path or URI of a JSONL file, or empty for the standard library's
            docstrings.
        text_field: The JSONL file's field that holds a text.
        summary_field: The JSONL file's field that holds its summary.
        train_rows: How many rows to learn from, at most.
        validation_rows: How many rows judge the student.
        teacher: Whose tokenizer is used; for a configuration, one is learned.
        vocabulary: How many tokens a learned tokenizer may have.
        prefix: What stands before every text.
        text_tokens: Where texts are cut.
        summary_tokens: Where summaries are cut.
        seed: Deals the rows.
        batch_size: How many rows a batch has.

    Returns:
        The number of rows to learn from, and of different tokens.
    """
    train, validation = load_pairs(
        data, text_field, summary_field, train_rows, validation_rows, seed
    )
    found = find_tokenizer(teacher, [text for pair in train for text in pair], vocabulary)
    for dataset, pairs in ((train_set, train), (validation_set, validation)):
        texts = encode(found, [prefix + text for text, _ in pairs], text_tokens)
        summaries = encode(found, [summary for _, summary in pairs], summary_tokens)
        # Rows of one length need no padding; which batch comes when is dealt later.
        order = sorted(range(len(pairs)), key=lambda row: len(texts[row]))
        write_rows(
            dataset,
            [(texts[row], summaries[row]) for row in order],
            references=[pairs[row][1] for row in order] if pairs is validation else [],
            batch_size=batch_size,
            vocabulary=found.get_vocab_size(),
        )
    found.no_truncation()
    found.save(tokenizer.path)
    return (len(train), found.get_vocab_size())
