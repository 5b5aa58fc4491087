from __future__ import annotations

import signal
import subprocess
import sys

_COMMAND = [sys.executable, "-m", "eeipu_kfp.runners.local_worker"]


def test_the_end_of_its_input_ends_a_worker_at_once() -> None:
    ended = subprocess.run(_COMMAND, input="", text=True, start_new_session=True, check=False)

    assert ended.returncode == -signal.SIGKILL


def test_a_worker_that_would_take_others_down_with_it_refuses() -> None:
    ended = subprocess.run(_COMMAND, input="", text=True, capture_output=True, check=False)

    assert ended.returncode == 1
    assert "must lead its own process group" in ended.stderr
