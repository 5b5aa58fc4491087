import pytest

from benchmarks import __main__ as command
from benchmarks.results import Results, Unit
from tests.unit.benchmarks.worlds import row


@pytest.fixture
def asked(monkeypatch):
    """Notes the units that would be run."""
    found = []

    def note(wanted, results, jobs, report):
        found.extend(wanted)
        return 0

    monkeypatch.setattr(command, "campaign", note)
    return found


def test_a_quick_run_is_small(asked, tmp_path):
    status = command.main(["run", "--quick", "--results", str(tmp_path)])

    assert status == 0
    assert len(asked) == 16


def test_methods_problems_and_seeds_can_be_chosen(asked, tmp_path):
    chosen = ["--methods", "ei@passive, eeipu", "--problems", "digits", "--seeds", "3"]

    command.main(["run", "--suite", "real", "--results", str(tmp_path), *chosen])

    assert {(u.problem, u.method) for u in asked} == {
        ("digits", "ei@passive"),
        ("digits", "eeipu@pool"),
    }
    assert {u.seed for u in asked} == {1, 2, 3}


def test_a_suite_of_parts_runs_every_part_once_seed_by_seed(asked, tmp_path):
    command.main(["run", "--suite", "ablation", "--seeds", "2", "--results", str(tmp_path)])

    names = {unit.method for unit in asked}
    assert {"eeipu@pool", "eeipu@pool+q=1", "eeipu@pool+eta=1:1", "ei@none"} <= names
    assert len(set(asked)) == len(asked)
    assert [unit.seed for unit in asked] == sorted(unit.seed for unit in asked)


def test_parts_and_their_problems_can_be_chosen(asked, tmp_path):
    chosen = ["--part", "inputs", "--problems", "training", "--seeds", "1"]

    command.main(["run", "--suite", "ablation", "--results", str(tmp_path), *chosen])

    assert [(u.problem, u.method) for u in asked] == [
        ("training", "eeipu@pool"),
        ("training", "eeipu@pool+inputs=own"),
    ]


def test_methods_that_are_named_take_the_place_of_the_parts(asked, tmp_path):
    chosen = ["--methods", "eeipu+q=7", "--problems", "even-cost", "--seeds", "1"]

    command.main(["run", "--suite", "ablation", "--results", str(tmp_path), *chosen])

    assert [u.method for u in asked] == ["eeipu@pool+q=7"]


def test_a_part_is_reported_with_its_table(asked, tmp_path, capsys):
    done = [
        row(1, spent=1.0, best=0.5, stop="over", problem="2-stages", method=method)
        for method in ("eeipu@pool", "eeipu@none")
    ]
    Results("ablation-quick", tmp_path).keep(
        {Unit(seed=1, problem="2-stages", method=found.method): [found] for found in done}
    )

    arguments = ["report", "--suite", "ablation", "--quick", "--results", str(tmp_path)]
    status = command.main(arguments)

    assert status == 0
    assert "### What does the cache bring as there are more" in capsys.readouterr().out


def test_how_results_are_made_is_noted(asked, tmp_path):
    command.main(["run", "--quick", "--results", str(tmp_path)])

    (origin,) = Results("paper-quick", tmp_path).origins()
    assert origin.command.startswith("python -m benchmarks run --quick")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--methods", "clever"], "`clever` is no method"),
        (["run", "--problems", "digits"], "`digits` is no problem of suite `paper`"),
        (["report"], "there are no results"),
        (["run", "--part", "q"], "`q` is no part of suite `paper`"),
        (["run", "--suite", "ablation", "--part", "r"], "`r` is no part of suite `ablation`"),
    ],
)
def test_a_mistake_is_an_error_and_no_traceback(asked, arguments, message, tmp_path, capsys):
    status = command.main([*arguments, "--results", str(tmp_path)])

    assert status == 1
    assert message in capsys.readouterr().err
