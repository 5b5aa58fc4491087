import pytest

from benchmarks.report import comparisons, draw, section, write
from benchmarks.results import Origin, Results
from eeipu_kfp.errors import InvalidValueError
from tests.unit.benchmarks.test_comparison import TWO, compared

ORIGIN = Origin(command="run it", date="2026-11-24", code="ab", versions={"numpy": "2.4"})


def test_a_suite_is_put_between_its_markers_and_the_rest_stays(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- suite real -->\nold\n<!-- end of suite real -->\nafter\n")

    write("real", "new", readme)

    assert readme.read_text() == (
        "before\n<!-- suite real -->\nnew\n<!-- end of suite real -->\nafter\n"
    )


def test_a_suite_without_markers_is_put_at_the_end(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("# Benchmarks\n")

    write("real", "first", readme)
    write("real", "second", readme)

    assert readme.read_text().count("## Suite `real`") == 1
    assert "second" in readme.read_text()
    assert "first" not in readme.read_text()


def test_a_section_tells_how_it_was_made_and_shows_its_pictures():
    text = section("real", [compared(**TWO)], [ORIGIN], figures=True)

    assert "`run it`, 2026-11-24, search code ab, numpy 2.4" in text
    assert "(figures/real-small.svg)" in text


def test_pictures_are_drawn_where_the_section_looks_for_them(tmp_path):
    draw("real", [compared(**TWO)], tmp_path)

    assert (tmp_path / "real-small.svg").read_text().startswith("<svg")


def test_no_results_are_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(InvalidValueError, match="no results"):
        comparisons(Results("real", tmp_path))
