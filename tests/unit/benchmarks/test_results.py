import json

import pytest

from benchmarks.results import Origin, Results, Unit, code_digest
from tests.unit.benchmarks.worlds import row

UNIT = Unit(problem="small", method="eeipu@pool", seed=1)
OTHER = Unit(problem="small", method="eeipu@pool", seed=2)


def rows(seed=1):
    return (
        row(1, spent=1.0, best=0.0, seed=seed),
        row(2, spent=2.0, best=0.5, seed=seed, stop="BudgetExhausted"),
    )


@pytest.fixture
def results(tmp_path):
    found = Results("paper", tmp_path)
    found.keep({})
    return found


def test_what_was_added_is_there_in_another_process(results, tmp_path):
    results.add(rows())

    assert Results("paper", tmp_path).load() == {UNIT: rows()}


def test_a_unit_that_was_cut_off_counts_for_nothing(results):
    results.add(rows(seed=2))
    results.add(rows()[:1])

    assert results.load() == {OTHER: rows(seed=2)}


def test_a_line_that_was_cut_off_is_passed_over(results, tmp_path):
    results.add(rows())
    path = tmp_path / "paper.jsonl"
    path.write_text(path.read_text()[:-10])

    assert results.load() == {}


def test_keeping_some_units_drops_the_others(results):
    results.add(rows())
    results.add(rows(seed=2))

    results.keep({OTHER: results.load()[OTHER]})

    assert results.load() == {OTHER: rows(seed=2)}


def test_what_made_the_results_is_noted_once_the_latest_last(results):
    first = Origin(command="run", date="2026-11-01", code="aa", versions={"numpy": "2"})
    second = Origin(command="run", date="2026-11-02", code="bb", versions={"numpy": "2"})

    for origin in (first, second, first):
        results.note(origin)

    assert results.origins() == (second, first)


def test_an_origin_has_versions_and_the_code():
    here = Origin.here("python -m benchmarks run", "2026-11-24")

    assert here.code == code_digest()
    assert {"python", "numpy", "optuna"} <= here.versions.keys()


def test_results_of_before_stage_times_were_noted_are_read(results, tmp_path):
    documents = [row.document for row in rows()]
    for document in documents:
        del document["stages"]
    lines = "".join(f"{json.dumps(document)}\n" for document in documents)
    (tmp_path / "paper.jsonl").write_text(lines)

    assert Results("paper", tmp_path).load() == {UNIT: rows()}


def test_the_folder_is_made_for_the_first_note(tmp_path):
    results = Results("paper", tmp_path / "new" / "folder")
    origin = Origin(command="run", date="2026-11-01", code="aa", versions={"numpy": "2"})

    results.note(origin)

    assert results.origins() == (origin,)
