import pytest

from benchmarks import __main__ as command
from benchmarks.results import Results


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
    ],
)
def test_a_mistake_is_an_error_and_no_traceback(asked, arguments, message, tmp_path, capsys):
    status = command.main([*arguments, "--results", str(tmp_path)])

    assert status == 1
    assert message in capsys.readouterr().err
