from benchmarks.comparison import Comparison
from benchmarks.part_tables import parts_section
from benchmarks.parts import Part
from benchmarks.results import Origin, Unit
from tests.unit.benchmarks.worlds import row, small_problem

ORIGIN = Origin(command="run it", date="2026-11-25", code="ab", versions={"numpy": "2.4"})


def search(*bests, seed=1, **fields):
    return tuple(
        row(i, spent=2.0 * i, best=best, is_warm_up=i == 1, seed=seed, cost=2.0, **fields)
        for i, best in enumerate(bests, start=1)
    )


def compared(**by_method):
    units = {
        Unit(problem="small", method=name, seed=seed): rows
        for name, searched in by_method.items()
        for seed, rows in enumerate(searched, start=1)
    }
    return Comparison.of(small_problem(budget=10.0), units)


def lines(text):
    table = [line for line in text.splitlines() if line.startswith("| small")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_a_part_s_table_compares_every_setting_with_the_default():
    part = Part(question="How many?", problems=("small",), methods=("eeipu", "eeipu+q=1"))
    found = compared(
        **{
            "eeipu@pool": [search(0.0, 0.5, 1.0), search(0.0, 0.5, 1.0)],
            "eeipu@pool+q=1": [search(0.0, 0.5, repeats=2), search(0.0, 1.0, repeats=1)],
        }
    )

    text = parts_section({"q": part}, [found], [ORIGIN])
    default, one = lines(text)

    assert "### How many?" in text
    assert "`run it`, 2026-11-25" in text
    assert default[1:5] == ["`eeipu@pool`", "2", "2 ± 0", "0 ± 0"]
    assert default[7:9] == ["", ""]
    assert one[3:5] == ["1 ± 0", "0.25 ± 0.25"]
    assert one[7] == "+0.25 ± 0.25"
    assert one[9] == "3 ± 1"


def test_workers_are_told_by_what_they_keep_and_how_fast_they_are():
    part = Part(
        question="Workers?",
        problems=("small",),
        methods=("eeipu+hit=0", "eeipu+hit=0+workers=2"),
    )
    found = compared(
        **{
            "eeipu@pool+hit=0": [search(0.0, 0.5, 1.0, saved=2.0, ended=30.0, repeats=0)],
            "eeipu@pool+hit=0+workers=2": [search(0.0, 0.5, saved=1.0, ended=20.0, repeats=0)],
        }
    )

    alone, two = lines(parts_section({"workers": part}, [found], [ORIGIN]))

    assert alone[1] == "1"
    assert alone[7:] == ["50 %", "100 %", "1.0", "0"]
    assert two[1] == "2"
    assert two[7:] == ["33 %", "67 %", "1.5", "0"]


def test_where_there_is_nothing_to_compare_yet_nothing_is_shown():
    part = Part(question="Some?", problems=("small", "other"), methods=("eeipu", "eeipu+q=1"))
    other = Part(question="Others?", problems=("small",), methods=("eeipu", "eeipu+q=2"))
    searched = [search(0.0, 0.5)]
    found = compared(**{"eeipu@pool": searched, "eeipu@pool+q=1": searched})

    text = parts_section({"q": part, "stages": other}, [found], [ORIGIN])

    assert len(lines(text)) == 2
    assert "Others?" not in text
