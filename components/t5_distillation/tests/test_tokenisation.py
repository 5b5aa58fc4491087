from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kfp import dsl
from tokenizers import Tokenizer

from components.t5_distillation.rows import read_rows
from components.t5_distillation.tests.stages import artifacts, tokenised, write_corpus
from components.t5_distillation.tokenisation import encode, tokenise, train_tokenizer

LEARNED = train_tokenizer(["sort the list", "copy the file", "close the file"] * 9, 300)


@given(st.text())
def test_any_text_can_be_written_in_tokens(text):
    (tokens,) = encode(LEARNED, [text], 10_000)

    assert LEARNED.decode(tokens) == text
    assert tokens[-1] == 1


def test_learned_tokens_are_longer_than_bytes():
    (tokens,) = encode(LEARNED, ["copy the list"], 100)

    assert len(tokens) < 8


def test_a_text_that_is_too_long_is_cut_and_still_ends():
    (tokens,) = encode(LEARNED, ["a b c d e f g h"], 5)

    assert len(tokens) == 5
    assert tokens[-1] == 1


def test_the_same_data_give_the_same_files(tmp_path):
    first, second = tokenised(tmp_path / "1"), tokenised(tmp_path / "2")

    for name, artifact in first.items():
        assert Path(artifact.path).read_bytes() == Path(second[name].path).read_bytes(), name


def test_rows_come_with_their_references_and_those_of_like_length_together(tmp_path):
    found = tokenised(tmp_path, summary_tokens=32)
    rows, stored = read_rows(found["validation_set"])
    tokenizer = Tokenizer.from_file(found["tokenizer"].path)

    lengths = [len(text) for text, _ in rows]
    assert lengths == sorted(lengths)
    written = tokenizer.decode_batch([summary.tolist() for _, summary in rows])
    assert written == stored["references"].tolist()


def test_references_are_whole_where_tokens_are_cut(tmp_path):
    found = tokenised(tmp_path, summary_tokens=2)

    rows, stored = read_rows(found["validation_set"])

    assert {len(summary) for _, summary in rows} == {2}
    assert all(" the " in reference for reference in stored["references"])


def test_the_sizes_are_told(tmp_path):
    found = artifacts(tmp_path, train=dsl.Dataset, validation=dsl.Dataset, tokenizer=dsl.Artifact)
    train, validation, tokenizer = found.values()

    size = tokenise.python_func(
        train,
        validation,
        tokenizer,
        data=str(write_corpus(tmp_path)),
        text_field="text",
        summary_field="summary",
        train_rows=30,
        validation_rows=10,
        teacher="{}",
        vocabulary=280,
        prefix="summarize: ",
        text_tokens=64,
        summary_tokens=8,
        seed=0,
        batch_size=4,
    )

    assert size == (30, 280)
    assert (train.metadata, validation.metadata) == ({"rows": 30}, {"rows": 10})


def test_a_teacher_from_a_folder_brings_its_tokenizer(tmp_path):
    from transformers import PreTrainedTokenizerFast

    brought = train_tokenizer(["another language"], 260)
    PreTrainedTokenizerFast(
        tokenizer_object=brought, pad_token="<pad>", eos_token="</s>"
    ).save_pretrained(tmp_path / "teacher")

    found = tokenised(tmp_path, teacher=str(tmp_path / "teacher"))

    used = Tokenizer.from_file(found["tokenizer"].path)
    assert used.get_vocab() == brought.get_vocab()
    rows, stored = read_rows(found["train_set"])
    assert stored["vocabulary"] == 260
    assert all(text[-1] == summary[-1] == 1 for text, summary in rows)


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 4},
        {"seed": 1},
        {"train_rows": 16},
        {"vocabulary": 280},
        {"prefix": "say: "},
        {"text_tokens": 6},
        {"summary_tokens": 3},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_each_choice_changes_what_the_next_stage_learns_from(tokens, tmp_path, changes):
    other = tokenised(tmp_path, **changes)

    usual = Path(tokens["train_set"].path).read_bytes()
    assert Path(other["train_set"].path).read_bytes() != usual


def test_the_batch_size_is_handed_on(tmp_path):
    _, stored = read_rows(tokenised(tmp_path, batch_size=5)["train_set"])

    np.testing.assert_array_equal(stored["batch_size"], 5)
