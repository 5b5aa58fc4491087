import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from tokenizers import Tokenizer

from components.t5_distillation.models import build_model
from components.t5_distillation.rows import read_rows
from components.t5_distillation.scoring import mean_rouge_l, tell_examples, write_summaries

CPU = torch.device("cpu")
texts = st.lists(
    st.sampled_from(["sort", "the", "list", "List", "two-way", "é", "3", ",", ""]), max_size=12
).map(" ".join)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_rouge_l_is_that_of_the_package_rouge_score(pairs):
    scorer = RougeScorer(["rougeL"])
    expected = [scorer.score(*pair)["rougeL"].fmeasure for pair in pairs]

    references, written = zip(*pairs, strict=True)

    mean = sum(expected) / len(expected)
    assert mean_rouge_l(list(references), list(written)) == pytest.approx(mean)


def test_what_is_written_is_always_the_likeliest_next_token(tokens, students):
    student = build_model(students[-1]["checkpoint"].path, 300, 0)
    tokenizer = Tokenizer.from_file(tokens["tokenizer"].path)
    rows, _ = read_rows(tokens["validation_set"])

    written = write_summaries(student, [rows], tokenizer, 8, CPU)

    by_hand = [greedy(student, torch.tensor(text[None]).long(), 8) for text, _ in rows]
    assert written == [tokenizer.decode(found).strip() for found in by_hand]
    assert len(set(written)) > 1


def greedy(student, text, longest):
    found = [0]
    while found[-1] != 1 and len(found) <= longest:
        with torch.no_grad():
            logits = student(input_ids=text, decoder_input_ids=torch.tensor([found])).logits
        found.append(int(logits[0, -1].argmax()))
    return found


def test_what_is_right_is_not_looked_at(tokens, students):
    student = build_model(students[-1]["checkpoint"].path, 300, 0)
    tokenizer = Tokenizer.from_file(tokens["tokenizer"].path)
    rows, _ = read_rows(tokens["validation_set"])
    blind = [(text, summary[:1]) for text, summary in rows]

    seen = write_summaries(student, [rows], tokenizer, 8, CPU)

    assert write_summaries(student, [blind], tokenizer, 8, CPU) == seen


def test_examples_are_spread_over_the_rows():
    rows = [f"row {k}" for k in range(40)]

    table = tell_examples(rows, ["a | b\nc"] * 40, count=4).splitlines()

    assert [line.split(" | ")[0] for line in table[2:]] == [f"| row {k}" for k in (0, 10, 20, 30)]
    assert table[2].endswith(r"a \| b c |")
