from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from eeipu_kfp.core.ports import TrialRun
from eeipu_kfp.errors import RunnerError
from eeipu_kfp.runners.local import LocalRunner

_RUN = TrialRun(name="one", pipeline={}, arguments={}, stages=("train",))


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with (
        LocalRunner(tmp_path / "file") as runner,
        pytest.raises(RunnerError, match="run `one` cannot be started"),
    ):
        runner.start(_RUN)


def test_the_runner_itself_does_not_load_kfp() -> None:
    code = "import sys, eeipu_kfp.runners.local; raise SystemExit('kfp' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
