import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.syntax import read_yaml, write_inline, write_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
DOCUMENTS = st.recursive(
    st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(TEXT, DOCUMENTS, min_size=1, max_size=3))
def test_what_is_written_reads_back(document):
    assert read_yaml(write_yaml(document), source="x") == document


@given(st.dictionaries(TEXT, DOCUMENTS, min_size=1, max_size=3))
def test_what_is_written_on_one_line_stays_there_and_reads_back(document):
    line = write_inline(document)

    assert "\n" not in line
    assert read_yaml(line, source="x") == document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e-4", 0.0001),
        ("1E3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        (".inf", float("inf")),
        ("true", True),
        ("yes", True),
        ("n", False),
        ('"1e-4"', "1e-4"),
        ("2026-11-23", "2026-11-23"),
        ("12:30", "12:30"),
        ("1e", "1e"),
        ("word", "word"),
        ("~", None),
        ("", None),
    ],
    ids=repr,
)
def test_a_scalar_is_read_as_kubernetes_reads_it(text, value):
    found = read_yaml(f"field: {text}", source="x")["field"]

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", r"key `a` stands twice in one mapping \(line 3, column 1\)"),
        ("x:\n  - {a: 1, a: 2}\n", r"key `a` stands twice .*\(line 2, column 12\)"),
        ("a: [1, 2\nb: 3\n", r"x.yaml is no YAML .*\(line 2, column 2\)"),
        ("a:\n\tb: 1\n", r"cannot start any token \(line 2, column 1\)"),
        ("a: !!python/object:os.system {}\n", "could not determine a constructor"),
        ("? [a]\n: 1\n", "unhashable key"),
        ("a: &a [*a]\nb: *c\n", "undefined alias"),
        ("a: \x00\n", "not allowed in text"),
        ("[" * 5000, "nested too deeply"),
        ("a: " + "9" * 5000, "no YAML"),
        ("", "x.yaml is empty; write one with `eeipu init PIPELINE`"),
        ("# only a comment\n---\n", "x.yaml is empty"),
        ("a: 1\n---\nb: 2\n", "x.yaml holds 2 documents"),
    ],
    ids=[
        "duplicate key",
        "duplicate key on one line",
        "unclosed list",
        "tab",
        "python object",
        "list as key",
        "unknown alias",
        "control character",
        "deep",
        "endless number",
        "empty",
        "comment",
        "two documents",
    ],
)
def test_a_text_that_cannot_be_read_is_refused_with_its_place(text, words):
    with pytest.raises(SpecError, match=words):
        read_yaml(text, source="x.yaml")


def test_an_empty_document_beside_the_real_one_does_no_harm():
    assert read_yaml("---\na: 1\n---\n", source="x") == {"a": 1}
