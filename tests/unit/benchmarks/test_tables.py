from benchmarks.tables import detail, overview
from tests.unit.benchmarks.test_comparison import TWO, compared


def cells(table, method):
    line = next(row for row in table.splitlines() if f"`{method}`" in row)
    return [cell.strip() for cell in line.strip("|").split("|")]


def found():
    return compared(**{"ei@none": TWO["ei"], "eeipu@pool": TWO["eeipu"]})


def test_a_problem_s_table_has_every_figure_with_its_error():
    assert cells(detail(found()), "eeipu@pool")[1:8] == [
        "2",
        "3 ± 0",
        "1 ± 0",
        "0.5 ± 0",
        "0.25 ± 0.25",
        "0.5 ± 0.12",
        "0.33",
    ]


def test_a_method_is_shown_with_what_it_lacks_against_the_reference():
    row = cells(detail(found()), "ei@none")

    assert row[8] == "+0.25 ± 0.25 (0-1-1)"
    assert row[9] == "1.000"


def test_the_overview_counts_candidates_against_the_memoryless():
    table = overview([found(), found()])

    assert cells(table, "eeipu@pool")[1:4] == ["2", "3.00", "25.0 %"]
    assert cells(table, "ei@none")[5] == "0-2-2"


def test_a_single_seed_is_shown_without_an_error():
    one = compared(**{"eeipu@pool": TWO["eeipu"][:1]})

    assert cells(detail(one), "eeipu@pool")[2] == "3"
