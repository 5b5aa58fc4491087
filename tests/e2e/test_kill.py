"""`kill -9` and Ctrl-C on the real command, with real stages."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.small_pipeline import EXPERIMENT, write

TRIALS = 5
PATIENCE_SECONDS = 120.0


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, EXPERIMENT.replace("maxTrials: 4", f"maxTrials: {TRIALS}"))
    return tmp_path


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "eeipu_kfp.cli.main", "run", "experiment.yaml", "--json"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def wait_until(condition, process):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        os.sched_yield()


def entries(folder):
    """Return the cache's entries, which is one for every stage that has ever finished."""
    found = []
    for file in (folder / "eeipu-runs/cache/cache/entries").rglob("*.json"):
        with suppress(ValueError, FileNotFoundError):
            found.append(json.loads(file.read_text()))
    return found


def descendants(pid):
    found = subprocess.run(["ps", "-eo", "pid,ppid"], check=True, capture_output=True, text=True)
    parents = [tuple(map(int, line.split())) for line in found.stdout.splitlines()[1:]]
    family = {pid}
    for _ in parents:
        family |= {child for child, parent in parents if parent in family}
    return family - {pid}


@pytest.mark.parametrize("finished", [1, 4, 8])
def test_a_killed_experiment_goes_on_and_pays_nothing_twice(folder, finished):
    process = start(folder)
    wait_until(lambda: len(entries(folder)) >= finished, process)
    family = descendants(process.pid)
    process.kill()
    process.communicate()
    created = {entry["key"]: entry["created_at"] for entry in entries(folder)}

    document = json.loads(start(folder).communicate(timeout=PATIENCE_SECONDS)[0])

    again = {entry["key"]: entry["created_at"] for entry in entries(folder)}
    assert document["trials"] == TRIALS
    assert document["failed"] == 0
    assert {key: again[key] for key in created} == created
    assert document["spentSeconds"] == pytest.approx(
        sum(entry["seconds"] for entry in entries(folder)), abs=0.01
    )
    assert Counter(entry["key"] for entry in entries(folder)).most_common(1)[0][1] == 1
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)


def test_ctrl_c_exits_with_130_and_the_same_command_goes_on(folder):
    process = start(folder)
    wait_until(lambda: len(entries(folder)) >= 2, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 130
    assert out == ""
    assert "the same command goes on from here" in err
    assert "Traceback" not in err

    document = json.loads(start(folder).communicate(timeout=PATIENCE_SECONDS)[0])
    assert document["trials"] == TRIALS
    assert document["spentSeconds"] == pytest.approx(
        sum(entry["seconds"] for entry in entries(folder)), abs=0.01
    )


def test_a_second_process_is_refused_and_leaves_the_first_alone(tmp_path):
    write(tmp_path, EXPERIMENT.replace("maxTrials: 4", "maxTrials: 500"))
    first = start(tmp_path)
    wait_until(lambda: len(entries(tmp_path)) >= 1, first)

    second = start(tmp_path)
    out, err = second.communicate(timeout=PATIENCE_SECONDS)

    assert second.returncode == 2
    assert out == ""
    assert f"process {first.pid} is tuning" in err
    known = len(entries(tmp_path))
    wait_until(lambda: len(entries(tmp_path)) > known, first)
    first.kill()
    first.communicate()
