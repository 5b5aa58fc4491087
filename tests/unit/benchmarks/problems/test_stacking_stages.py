import subprocess
import sys

from benchmarks.problems.stacking_stages import File, judged, prepared


def test_stages_hand_each_other_what_they_have_written():
    usual = {"scaler": "standard", "interactions": False, "component_share": 0.5}
    train, test = prepared(None, **usual)

    assert train.content.startswith(b"PK")
    assert len(train.content) > len(test.content) > 0
    assert prepared(None, **usual)[0].content == train.content
    assert prepared(None, **{**usual, "scaler": "none"})[0].content != train.content


def test_the_last_stage_judges_by_the_area_under_the_curve():
    rows = prepared(None, scaler="standard", interactions=False, component_share=1.0)

    assert 0.5 < judged(rows, log10_meta_c=0, meta_max_iter=100) <= 1.0


def test_a_file_takes_metrics_as_an_artifact_does():
    file = File()
    file.log_metric("auroc", 0.75)

    assert file.metadata == {"auroc": 0.75}


def test_problems_are_replayed_without_kubeflow_pipelines():
    program = "import sys, benchmarks.problems.real; print('kfp' in sys.modules)"

    told = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert told == "False\n"
