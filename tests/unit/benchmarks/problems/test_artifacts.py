import gc
from pathlib import Path

from benchmarks.problems.artifacts import Artifact


def test_an_artifact_takes_metrics_as_those_of_kubeflow_pipelines_do():
    artifact = Artifact()
    artifact.log_metric("auroc", 0.75)

    assert artifact.metadata == {"auroc": 0.75}


def test_the_folder_of_an_artifact_goes_with_it():
    artifact = Artifact()
    folder = Path(artifact.path).parent
    Path(artifact.path).write_text("content", encoding="utf-8")

    del artifact
    gc.collect()

    assert not folder.exists()
