from benchmarks.gain_tables import gain_table, stage_table
from tests.unit.benchmarks.test_comparison import TWO, compared
from tests.unit.benchmarks.test_gains import noted, with_times


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_has_what_each_method_made_of_the_budget():
    header, _, eeipu, ei = gain_table(compared(**TWO), ("eeipu",)).splitlines()

    assert cells(header)[-1] == "budget spent at the final score of `ei`"
    assert cells(ei) == ["`ei`", "2", "1 ± 0", "0.5000", "0.5 ± 0", "8 s, 80 %"]
    assert cells(eeipu)[3:] == ["0.7500", "0.75 ± 0.25", "4 s, 40 %"]


def test_it_is_said_on_how_many_seeds_a_rival_was_reached():
    searches = {
        "ei": [[(2.0, 0.0), (8.0, 0.5)], [(2.0, 0.0), (8.0, 0.9)]],
        "eeipu": [[(2.0, 0.0), (4.0, 0.5)], [(2.0, 0.0), (6.0, 0.5)]],
        "random": [[(2.0, 0.0)], [(2.0, 0.0)]],
    }

    lines = gain_table(compared(**searches), ("eeipu",)).splitlines()

    assert cells(lines[2])[-1] == "4 s, 40 % on 1 of 2 seeds"
    assert cells(lines[4])[-1] == "never"


def test_without_a_rival_there_is_nobody_to_reach():
    last = gain_table(compared(eeipu=TWO["eeipu"]), ("eeipu",)).splitlines()[-1]

    assert cells(last)[-1] == ""


def test_stage_times_stand_beside_what_was_saved_of_them():
    found = with_times(
        noted({"prepare": (30.0, 10.0), "train": (45.0, 15.0)}), noted({}, method="x")
    )

    header, _, *rows = stage_table(found).splitlines()

    assert cells(header)[1:3] == ["prepare: ran, saved", "train: ran, saved"]
    assert [cells(row) for row in rows] == [
        ["`ei`", "30, 10 s", "45, 15 s", "0, 0 s", "75, 25 s", "25 %"]
    ]


def test_without_stage_times_there_is_no_table():
    assert stage_table(compared(**TWO)) == ""
