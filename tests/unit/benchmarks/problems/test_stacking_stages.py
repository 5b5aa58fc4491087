import subprocess
import sys
from pathlib import Path

from benchmarks.problems.stacking_stages import judged, prepared


def content(artifact):
    return Path(artifact.path).read_bytes()


def test_stages_hand_each_other_what_they_have_written():
    usual = {"scaler": "standard", "interactions": False, "component_share": 0.5}
    train, test = prepared(None, **usual)

    assert content(train).startswith(b"PK")
    assert len(content(train)) > len(content(test)) > 0
    assert content(prepared(None, **usual)[0]) == content(train)
    assert content(prepared(None, **{**usual, "scaler": "none"})[0]) != content(train)


def test_the_last_stage_judges_by_the_area_under_the_curve():
    rows = prepared(None, scaler="standard", interactions=False, component_share=1.0)

    assert 0.5 < judged(rows, log10_meta_c=0, meta_max_iter=100) <= 1.0


def test_problems_are_replayed_without_kubeflow_pipelines():
    program = "import sys, benchmarks.problems.real; print('kfp' in sys.modules)"

    told = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert told == "False\n"
