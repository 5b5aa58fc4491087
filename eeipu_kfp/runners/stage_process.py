"""The subprocesses of one stage: run, timed, logged, and explained when they fail."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from eeipu_kfp.runners.lightweight import without_installation

_LOG_LINES = 20
_LOG_TAIL_BYTES = 65_536
_SHELL_SIGNAL_BASE = 128
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_KFP_LINE = re.compile(r"\[KFP Executor [^]]*\]: ")


class StageProcesses:
    """Runs the component processes of a stage; several at once where the stage is a loop.

    Attributes:
        started_at: When the stage began, in seconds since the epoch.
    """

    def __init__(self, log: Path) -> None:
        self.started_at = time.time()
        self._log = log
        self._began = time.monotonic()
        self._ended_seconds = 0.0
        self._running: dict[int, float] = {}
        self._exit = 0
        self._lock = threading.Lock()

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run a component's command to its end and return its exit code."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  # the user's own pipeline
                without_installation(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
            )
            with self._lock:
                self._running[process.pid] = time.monotonic()
            code = process.wait()
        with self._lock:
            self._ended_seconds += time.monotonic() - self._running.pop(process.pid)
            self._exit = code or self._exit
        return code

    @property
    def seconds(self) -> float:
        """Compute time so far: the wall time of every component process, added up."""
        with self._lock:
            now = time.monotonic()
            return self._ended_seconds + sum(now - begin for begin in self._running.values())

    @property
    def overhead_seconds(self) -> float:
        """Time since the stage began in which no component process ran."""
        return max(0.0, time.monotonic() - self._began - self.seconds)

    @property
    def exit_reason(self) -> str:
        """How the last failing process ended, in words; empty where none failed."""
        if not self._exit:
            return ""
        reason = exit_words(self._exit)
        last = self.log_lines()[-1:]
        return f"{reason}: {last[0].strip()}" if last and self._exit == 1 else reason

    def log_lines(self) -> tuple[str, ...]:
        """Return the last lines that the components printed, without KFP's own."""
        return log_tail(self._log)


def log_tail(path: Path) -> tuple[str, ...]:
    """Return the last lines of a component log, without colours and KFP's own lines."""
    try:
        with path.open("rb") as file:
            file.seek(-min(_LOG_TAIL_BYTES, path.stat().st_size), os.SEEK_END)
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ()
    return last_lines(text)


def last_lines(text: str) -> tuple[str, ...]:
    """Return the last lines of a component's log, without colours and KFP's own lines."""
    return tuple(_component_lines(_ANSI.sub("", text)))[-_LOG_LINES:]


def _component_lines(text: str) -> list[str]:
    lines: list[str] = []
    in_executor_input = False
    for line in text.splitlines():
        if in_executor_input:
            in_executor_input = line != "}"
        elif _KFP_LINE.match(line):
            in_executor_input = line.endswith("Got executor_input:")
        elif line.strip():
            lines.append(line.rstrip())
    return lines


def exit_words(code: int) -> str:
    """Return in words how a process ended, from the code that it or its shell gave."""
    number = -code if code < 0 else code - _SHELL_SIGNAL_BASE
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"exited with code {code}"
    likely = ", often the kernel's out-of-memory killer" if name == "SIGKILL" else ""
    return f"was killed by {name}{likely}"
