import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [command, "--no-cache", "--no-logo"],
        cwd=folder,
        text=True,
        capture_output=True,
        check=False,
    )


def test_every_room_keeps_to_its_contracts():
    linted = lint_imports(ROOT)

    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("core/space.py", "import eeipu_kfp.tuning.loop", "Rooms know only the rooms below them"),
        ("core/space.py", "import numpy", "The core speaks Python alone"),
        ("tuning/planner.py", "import time", "The core and the planner touch no file"),
        ("search/encoding.py", "import torch", "PyTorch is known to the BoTorch adapter alone"),
        ("tuning/loop.py", "import kfp.dsl", "Kubeflow Pipelines is known to"),
        ("a_new_room.py", "", "Rooms know only the rooms below them"),
    ],
    ids=["upward", "core", "planner", "torch", "kfp", "undeclared room"],
)
def test_a_forbidden_import_breaks_its_contract(tmp_path, module, line, contract):
    shutil.copytree(ROOT / "eeipu_kfp", tmp_path / "eeipu_kfp")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "eeipu_kfp" / module).open("a") as file:
        file.write(f"\n{line}\n")

    linted = lint_imports(tmp_path)

    broken = [said for said in linted.stdout.splitlines() if " BROKEN" in said]
    assert any(said.startswith(contract) for said in broken), linted.stdout + linted.stderr
