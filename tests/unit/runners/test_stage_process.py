from __future__ import annotations

import sys
from pathlib import Path

import pytest

from eeipu_kfp.runners.stage_process import StageProcesses, log_tail


@pytest.fixture
def processes(tmp_path: Path) -> StageProcesses:
    return StageProcesses(tmp_path / "log.txt")


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_seconds_add_up_over_processes(processes: StageProcesses) -> None:
    processes.run(_python("pass"), {})
    once = processes.seconds
    processes.run(_python("pass"), {})

    assert 0 < once < processes.seconds
    assert processes.overhead_seconds >= 0


def test_output_and_errors_go_to_the_log(processes: StageProcesses) -> None:
    processes.run(_python("import sys; print('a', flush=True); print('b', file=sys.stderr)"), {})

    assert processes.log_lines() == ("a", "b")


def test_the_environment_is_added_to_what_is_there(
    processes: StageProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVEN", "1")

    processes.run(
        _python("import os; print(os.environ['GIVEN'], os.environ['ADDED'])"), {"ADDED": "2"}
    )

    assert processes.log_lines() == ("1 2",)


@pytest.mark.parametrize(
    ("command", "code", "reason"),
    [
        pytest.param(_python("raise SystemExit(0)"), 0, "", id="success"),
        pytest.param(_python("raise SystemExit(7)"), 7, "exited with code 7", id="code"),
        pytest.param(_python("1 / 0"), 1, "exited with code 1: ZeroDivisionError: ", id="error"),
        pytest.param(
            _python("import os; os.kill(os.getpid(), 9)"),
            -9,
            "was killed by SIGKILL, often the kernel's out-of-memory killer",
            id="killed",
        ),
        pytest.param(["sh", "-c", "exit 143"], 143, "was killed by SIGTERM", id="told-by-shell"),
        pytest.param(["sh", "-c", "exit 255"], 255, "exited with code 255", id="no-signal"),
    ],
)
def test_an_exit_is_put_into_words(
    processes: StageProcesses, command: list[str], code: int, reason: str
) -> None:
    assert processes.run(command, {}) == code
    assert processes.exit_reason.startswith(reason)
    assert bool(processes.exit_reason) == bool(reason)


def test_a_log_tail_is_twenty_lines_without_colours_and_without_kfp(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    own = [f"\x1b[31mline {number}\x1b[0m" for number in range(30)]
    kfp = [
        "[KFP Executor 2026-01-01 00:00:00,000 INFO]: Looking for component `train`",
        "[KFP Executor 2026-01-01 00:00:00,000 INFO]: Got executor_input:",
        "{",
        '    "inputs": {',
        "    }",
        "}",
    ]
    log.write_text("\n".join([*own[:15], *kfp, *own[15:], ""]))

    assert log_tail(log) == tuple(f"line {number}" for number in range(10, 30))


def test_a_log_that_is_no_text_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"\xff\xfe\n" + b"x" * 100_000 + b"\nend\n")

    assert log_tail(log)[-1] == "end"


def test_no_log_has_no_lines(tmp_path: Path) -> None:
    assert log_tail(tmp_path / "none") == ()
