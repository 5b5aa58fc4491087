import subprocess
import sys

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
