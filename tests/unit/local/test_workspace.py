import fcntl
import subprocess
import sys
from threading import Timer

import pytest

from eeipu_kfp.core.suggestion import StopReason
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import BusyError
from eeipu_kfp.local.workspace import Workspace

HOLD = """
import sys
from pathlib import Path
from eeipu_kfp.local.workspace import Workspace

with Workspace(folder=Path(sys.argv[1])).locked():
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def workspace(tmp_path):
    return Workspace(folder=tmp_path / "e")


@pytest.fixture
def holder(workspace):
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(workspace.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "locked\n"
    yield process
    process.kill()
    process.communicate()


def test_another_process_is_kept_off_and_named(workspace, holder):
    with pytest.raises(BusyError, match=f"process {holder.pid} is tuning"), workspace.locked():
        pass


def test_it_is_busy_while_a_process_holds_it_and_looking_changes_nothing(workspace, holder):
    assert workspace.is_busy
    before = sorted(path.name for path in workspace.folder.iterdir())

    holder.kill()
    holder.wait()

    assert not workspace.is_busy
    assert sorted(path.name for path in workspace.folder.iterdir()) == before


def test_a_folder_that_is_not_there_is_not_busy_and_is_not_made(workspace):
    assert not workspace.is_busy
    assert not workspace.folder.exists()


def test_somebody_who_looks_whether_it_is_busy_keeps_nobody_off(workspace):
    with workspace.locked():
        pass
    with (workspace.folder / "lock").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        release = Timer(0.02, fcntl.flock, (file, fcntl.LOCK_UN))
        release.start()
        with workspace.locked():
            assert workspace.is_busy
        release.join()


def test_a_process_that_was_killed_leaves_no_lock(workspace, holder):
    holder.kill()
    holder.wait()

    with workspace.locked():
        pass


def test_history_and_end_are_read_from_the_ledger(workspace, opened):
    assert workspace.history(opened.experiment).trials == ()
    assert workspace.stop() is None
    trial = Trial(number=1, configuration=Configuration({"rows": 10}))
    workspace.ledger.append(trial)
    workspace.ledger.close({"reason": "GoalReached", "message": "m"})

    assert workspace.history(opened.experiment).trials == (trial,)
    assert workspace.stop().reason is StopReason.GOAL_REACHED
