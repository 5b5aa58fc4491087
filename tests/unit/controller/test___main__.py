import subprocess
import sys

from eeipu_kfp.controller.__main__ import main


def test_a_setting_that_is_missing_is_named_on_one_line(monkeypatch, capsys):
    monkeypatch.delenv("EEIPU_S3_ENDPOINT", raising=False)

    assert main() == 2

    assert capsys.readouterr().err.startswith("error: environment variable EEIPU_S3_ENDPOINT")


def test_worker_processes_load_nothing_of_the_operator():
    code = "import sys, eeipu_kfp.controller.__main__; print('kopf' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
