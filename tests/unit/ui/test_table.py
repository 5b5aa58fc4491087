import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.ui.table import ROWS, Question, page_of, read_question
from tests.unit.ui.examples import ran, snapshot, trial

MANY = tuple(
    trial(number, number / 1000, ran("prepare", 1.0), rows=number % 7) for number in range(1, 121)
)


def numbers(shown, **question):
    return [row["trial"] for row in page_of(shown, Question(**question))["rows"]]


def test_the_latest_trials_come_first():
    assert numbers(snapshot()) == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        ("trial", False, [1, 2, 3, 4]),
        ("objective", True, [2, 1, 3, 4]),
        ("objective", False, [1, 2, 3, 4]),
        ("spent", True, [1, 3, 2, 4]),
        ("state", False, [3, 4, 1, 2]),
        ("parameter:rows", False, [1, 2, 3, 4]),
        ("stage:train", True, [2, 1, 3, 4]),
    ],
)
def test_trials_are_sorted_and_those_without_a_value_come_last(sort, descending, expected):
    assert numbers(snapshot(), sort=sort, descending=descending) == expected


def test_a_page_holds_some_rows_and_tells_which():
    page = page_of(snapshot(*MANY), Question(page=2))

    assert [row["trial"] for row in page["rows"]] == list(range(70, 20, -1))
    assert (page["first"], page["page"], page["pages"]) == (51, 2, 3)
    assert (page["passing"], page["total"]) == (120, 120)


def test_a_page_behind_the_last_is_the_last():
    assert numbers(snapshot(*MANY), page=99) == list(range(20, 0, -1))


def test_a_filter_that_none_passes_leaves_one_empty_page():
    page = page_of(snapshot(), Question(filter="rows>1000"))

    assert (page["rows"], page["first"], page["pages"], page["total"]) == ([], 0, 1, 4)


def test_a_row_has_a_cell_a_column_and_says_which_trial_is_the_best():
    page = page_of(snapshot(runs={2: "run-2"}), Question())

    assert all(len(row["cells"]) == len(page["columns"]) for row in page["rows"])
    assert {row["trial"]: row["best"] for row in page["rows"]}[2] is True
    assert sum(row["best"] for row in page["rows"]) == 1
    assert {row["trial"]: row["run"] for row in page["rows"]}[2] == "run-2"
    assert {row["trial"]: row["run"] for row in page["rows"]}[1] is None


def test_of_what_is_minimised_the_smallest_is_the_best():
    page = page_of(snapshot(direction=Direction.MINIMIZE), Question())

    assert [row["trial"] for row in page["rows"] if row["best"]] == [1]


def test_a_failure_comes_with_its_last_log_lines():
    row = next(row for row in page_of(snapshot(), Question())["rows"] if row["trial"] == 3)

    assert row["failure"] == {"sentence": "stage `train`: no memory left", "log": ["one", "killed"]}


def test_a_column_that_is_not_there_cannot_be_sorted_by():
    with pytest.raises(InvalidValueError, match="no column `objectiv`") as caught:
        page_of(snapshot(), Question(sort="objectiv"))

    assert "did you mean `objective`" in caught.value.hint


@given(
    sort=st.sampled_from(("trial", "objective", "parameter:rows", "stage:prepare", "state")),
    descending=st.booleans(),
)
def test_the_pages_hold_every_trial_once(sort, descending):
    shown = snapshot(*MANY)
    pages = range(1, 4)

    found = [
        n for page in pages for n in numbers(shown, sort=sort, descending=descending, page=page)
    ]

    assert sorted(found) == list(range(1, 121))
    assert len(numbers(shown, sort=sort)) == ROWS


def test_a_question_is_read_as_it_is_written():
    asked = Question(sort="stage:train", descending=False, filter="rows>3 a", page=4)

    assert read_question(asked.query) == asked
    assert read_question({}) == Question()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"order": "up"}, "order is `up`"),
        ({"page": "x"}, "page is `x`"),
        ({"page": "-1"}, "page is `-1`"),
        ({"page": "²"}, "page is `²`"),
        ({"page": "0"}, "the first one is 1"),
    ],
)
def test_a_question_that_makes_no_sense_is_explained(query, said):
    with pytest.raises(InvalidValueError, match=said):
        read_question(query)
