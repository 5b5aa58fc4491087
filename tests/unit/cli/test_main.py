import os
import signal
import subprocess
import sys

import pytest

from eeipu_kfp.cli import main as command


def give(monkeypatch, *words):
    """Run the command as a process would and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["eeipu", *words])
    with pytest.raises(SystemExit) as caught:
        command.main()
    return caught.value.code


@pytest.fixture(autouse=True)
def keep_signals():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_help_names_every_command(monkeypatch, capsys):
    assert give(monkeypatch, "--help") in {0, None}

    printed = capsys.readouterr().out
    for name in ("init", "validate", "plan", "run", "status", "report", "cache"):
        assert f"\n  {name} " in printed
    assert "\b" not in printed


def test_what_is_done_exits_with_0(monkeypatch, folder, capsys):
    assert give(monkeypatch, "validate", "experiment.yaml") in {0, None}


def test_an_experiment_that_fails_exits_with_1(monkeypatch, rewrite, capsys):
    rewrite(
        ("  budget:", "  arguments: [{name: mode, value: crash}]\n  budget:"),
        ("maxTrials: 4", "maxFailedTrials: 1"),
    )

    assert give(monkeypatch, "run", "experiment.yaml", "--json") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("run", "missing.yaml"),
        ("run", "pipeline.yaml"),
        ("validate", "experiment.yaml", "--nonsense"),
        ("nonsense",),
        ("cache", "show", "nothing"),
    ],
    ids=["missing", "no experiment", "option", "command", "key"],
)
def test_bad_input_exits_with_2_and_says_why_on_standard_error(monkeypatch, folder, capsys, words):
    assert give(monkeypatch, *words) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "rror: " in printed.err
    assert "Traceback" not in printed.err


def test_an_interruption_exits_with_130_and_says_how_to_go_on(monkeypatch, folder, capsys):
    monkeypatch.setattr(
        "eeipu_kfp.local.opening.open_experiment",
        lambda *_: os.kill(os.getpid(), signal.SIGTERM),
    )

    assert give(monkeypatch, "run", "experiment.yaml") == 130

    assert "goes on" in capsys.readouterr().err


def test_the_command_is_installed():
    found = subprocess.run(
        [sys.executable, "-m", "eeipu_kfp.cli.main", "--version"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert found.stdout.startswith("eeipu, version ")
