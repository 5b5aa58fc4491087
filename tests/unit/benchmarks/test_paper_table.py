import pytest

from benchmarks import paper_table
from benchmarks.campaign import run_unit
from benchmarks.paper_table import METHODS, draw, main, section
from benchmarks.problems import suites
from benchmarks.results import Origin, Results
from tests.unit.benchmarks.test_comparison import TWO, compared
from tests.unit.benchmarks.test_gains import noted, with_times
from tests.unit.benchmarks.worlds import small_problem

ORIGIN = Origin(command="run it", date="2026-11-24", code="ab", versions={"numpy": "2.4"})
TIMED = with_times(noted({"prepare": (30.0, 10.0)}))


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Ask for the table of one small pipeline in a folder of its own; searches are counted."""
    started = []

    def run_here(wanted, results, *_):
        finished = results.load()
        for unit in wanted:
            if unit not in finished:
                started.append(unit)
                results.add(run_unit(unit))
        return 0

    small = small_problem(budget=1500.0)
    monkeypatch.setattr(suites, "_ALL", {"small": lambda: small})
    monkeypatch.setattr(paper_table, "SUITES", {"real": ("small",)})
    monkeypatch.setattr(paper_table, "METHODS", ("eeipu@pool", "random@none"))
    monkeypatch.setattr(paper_table, "campaign", run_here)
    readme = tmp_path / "README.md"
    readme.write_text("# Benchmarks\n")

    def ask():
        started.clear()
        places = {"results": tmp_path, "readme": readme, "figures": tmp_path / "figures"}
        options = [word for name, path in places.items() for word in (f"--{name}", str(path))]
        return main(["--seeds", "1", *options]), len(started), readme.read_text()

    suites.problem.cache_clear()
    yield ask
    suites.problem.cache_clear()


def test_one_command_runs_what_lacks_and_writes_tables_and_pictures(asked, tmp_path):
    code, started, text = asked()

    assert (code, started) == (0, 2)
    assert "### small: prepare → train → evaluate" in text
    assert "budget spent at the final score of `random@none`" in text
    assert "(figures/stages-small.svg)" in text
    assert (tmp_path / "figures" / "stages-small.svg").exists()
    assert "python -m benchmarks.paper_table --seeds 1" in text


def test_a_second_time_nothing_is_run_and_the_table_is_the_same(asked, tmp_path):
    _, _, text = asked()

    assert asked() == (0, 0, text)
    assert len(Results("real", tmp_path).origins()) == 1


def test_a_section_shows_a_picture_only_where_stage_times_were_noted():
    assert "figures/" in section([TIMED], [ORIGIN])
    assert "figures/" not in section([compared(**TWO)], [ORIGIN])


def test_pictures_are_drawn_of_what_was_noted(tmp_path):
    draw([compared(**TWO)], tmp_path / "none")
    draw([TIMED], tmp_path / "some")

    assert list((tmp_path / "none").iterdir()) == []
    assert [path.name for path in (tmp_path / "some").iterdir()] == ["stages-small.svg"]


def test_the_methods_of_the_table_are_those_of_the_paper_and_ei_with_a_cache():
    assert METHODS[2:] == ("ei@none", "ei@passive", "carbo@none", "random@none")
