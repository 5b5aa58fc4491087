import sys
import types

import pytest

from components.t5_distillation.corpus import (
    cnn_dailymail_pairs,
    docstring_pairs,
    jsonl_pairs,
    load_pairs,
)
from components.t5_distillation.tests.stages import write_corpus

MODULE = '''
def shown(a, *, b=1):
    """Do it.

    Do it   with
    care.
    """

def short():
    """Say nothing more."""

def wordy():
    """Begin here
    and end there.

    Say more.
    """

def _hidden():
    """Hide.

    Nobody looks.
    """

def bare(): ...

class Shown:
    async def method(self):
        """Wait.

        For long.
        """

class _Hidden:
    def method(self):
        """Hide.

        Nobody looks.
        """
'''
FOUND = [("Do it. Do it with care.", "Do it."), ("Wait. For long.", "Wait.")]


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    return tmp_path


def test_public_functions_with_a_one_line_summary_and_more_to_say_are_taken(library):
    (library / "module.py").write_text(MODULE)

    assert docstring_pairs() == FOUND


def test_what_an_installation_may_lack_or_add_is_left_out(library):
    for place in ("test", "site-packages", "config-3.11-here", "tkinter", "package/_inner"):
        (library / place).mkdir(parents=True)
        (library / place / "module.py").write_text(MODULE)
    (library / "_private.py").write_text(MODULE)

    assert docstring_pairs() == []


def test_the_order_is_that_of_the_names_and_a_text_counts_once(library):
    (library / "b").mkdir()
    (library / "b" / "__init__.py").write_text(MODULE)
    (library / "c.py").write_text(MODULE)
    (library / "a.py").write_text('def first():\n    """Go first.\n\n    Before all.\n    """\n')

    assert docstring_pairs() == [("Go first. Before all.", "Go first."), *FOUND]


def test_the_standard_library_has_more_than_a_thousand_pairs():
    pairs = dict(docstring_pairs())

    assert len(pairs) > 1_000
    summary = "Recursively copy a directory tree and return the destination directory."
    [text] = [text for text, found in pairs.items() if found == summary]
    assert text.startswith(f"{summary} If exception(s) occur, an Error is raised with a list")


@pytest.mark.parametrize("as_uri", [False, True], ids=["path", "uri"])
def test_a_jsonl_file_is_read_by_path_and_by_uri(tmp_path, as_uri):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"body": "long\\u2028text", "title": "short", "id": 3}\n\n', encoding="utf-8")

    found = jsonl_pairs(file.as_uri() if as_uri else str(file), "body", "title")

    assert found == [("long\u2028text", "short")]


def test_a_line_without_the_field_is_named(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "a", "summary": "b"}\n{"text": "a", "title": "b"}\n')

    with pytest.raises(ValueError, match=r"line 2 of .* has no field 'summary', only \['text', 't"):
        jsonl_pairs(str(file), "text", "summary")


def test_cnn_dailymail_comes_through_datasets_and_only_as_much_of_it_as_is_asked(monkeypatch):
    asked = []

    class Streamed(list):
        def take(self, rows):
            asked.append(rows)
            return self[:rows]

    def load_dataset(*names, **choices):
        asked.append((names, choices))
        return Streamed({"article": f"text {k}", "highlights": f"{k}"} for k in range(9))

    double = types.ModuleType("datasets")
    double.load_dataset = load_dataset
    monkeypatch.setitem(sys.modules, "datasets", double)

    train, validation = load_pairs("cnn_dailymail", "", "", 3, 2, seed=0)

    assert train == [("text 0", "0"), ("text 1", "1"), ("text 2", "2")]
    assert validation == [("text 0", "0"), ("text 1", "1")]
    place = ("abisee/cnn_dailymail", "3.0.0")
    assert asked == [
        (place, {"split": "train", "streaming": True}),
        3,
        (place, {"split": "validation", "streaming": True}),
        2,
    ]


def test_without_datasets_what_to_install_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)

    with pytest.raises(ValueError, match="install eeipu-kfp"):
        cnn_dailymail_pairs("train", 1)


def test_rows_are_dealt_by_the_seed_and_no_row_judges_what_learned_from_it(tmp_path):
    data = str(write_corpus(tmp_path))

    train, validation = load_pairs(data, "text", "summary", 40, 8, seed=0)

    assert (len(train), len(validation)) == (40, 8)
    assert len({*train, *validation}) == 48
    assert load_pairs(data, "text", "summary", 40, 8, seed=0) == (train, validation)
    assert load_pairs(data, "text", "summary", 40, 8, seed=1)[1] != validation


def test_fewer_rows_to_learn_from_leave_the_judging_rows_as_they_are(tmp_path):
    data = str(write_corpus(tmp_path))

    (some, judged), (all_left, same) = (
        load_pairs(data, "text", "summary", rows, 8, seed=0) for rows in (10, 1_000)
    )

    assert judged == same
    assert some == all_left[:10]
    assert len(all_left) == 40


@pytest.mark.parametrize("rows", [0, 48])
def test_rows_must_be_left_to_judge_by_and_to_learn_from(tmp_path, rows):
    with pytest.raises(ValueError, match=f"validation_rows is {rows}, but must be 1 to 47"):
        load_pairs(str(write_corpus(tmp_path)), "text", "summary", 10, rows, seed=0)
