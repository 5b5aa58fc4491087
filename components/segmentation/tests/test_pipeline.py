import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kfp import compiler

from components.segmentation.pipeline import COMPILED, segmentation

ROOT = Path(__file__).parents[3]
HYPERPARAMETERS = {
    "preprocess": ["mean0", "mean1", "mean2", "std0", "std1", "std2"],
    "train": ["batch_size", "max_lr", "weight_decay"],
    "smooth": ["sdim", "compat", "gt_prob"],
}

RUN_COMPILED = """
import sys
from kfp import components, local

local.init(local.SubprocessRunner(use_venv=False), pipeline_root=sys.argv[2])
components.load_component_from_file(sys.argv[1])(scenes=4, epochs=1, width=64)
"""


def without_sdk_version(compiled: Path) -> dict[str, object]:
    document = yaml.safe_load(compiled.read_text())
    del document["sdkVersion"]
    return document


def test_the_compiled_pipeline_is_current(tmp_path):
    fresh = tmp_path / "pipeline.yaml"

    compiler.Compiler().compile(segmentation, str(fresh))

    assert without_sdk_version(COMPILED) == without_sdk_version(fresh)


def test_the_stages_form_a_chain():
    tasks = yaml.safe_load(COMPILED.read_text())["root"]["dag"]["tasks"]

    upstream = {name: task.get("dependentTasks", []) for name, task in tasks.items()}

    assert upstream == {"preprocess": [], "train": ["preprocess"], "smooth": ["train"]}


def test_every_stage_owns_its_hyperparameters():
    tasks = yaml.safe_load(COMPILED.read_text())["root"]["dag"]["tasks"]

    for stage, hyperparameters in HYPERPARAMETERS.items():
        assert set(hyperparameters) <= tasks[stage]["inputs"]["parameters"].keys()


def test_the_readme_tells_every_input_with_its_default():
    inputs = yaml.safe_load(COMPILED.read_text())["root"]["inputDefinitions"]["parameters"]
    readme = (COMPILED.parent / "README.md").read_text()

    for name, definition in inputs.items():
        default = json.dumps(definition["defaultValue"]).removesuffix(".0")
        assert f"| `{name}` | `{default}` | {definition['description']} |" in readme


def test_the_sample_experiment_tunes_all_twelve_hyperparameters_and_no_other_input():
    sample = ROOT / "manifests" / "samples" / "segmentation.yaml"
    spec = yaml.safe_load(sample.read_text())["spec"]

    assert (sample.parent / spec["pipeline"]["path"]).resolve() == COMPILED
    tuned = [item["name"] for item in spec["parameters"]]
    assert tuned == [name for names in HYPERPARAMETERS.values() for name in names]
    assert {item["name"] for item in spec["arguments"]} <= set(segmentation.component_spec.inputs)
    assert spec["objective"]["metric"] == "smooth.metrics.mean_iou"


@pytest.mark.slow
def test_the_compiled_pipeline_runs_as_it_is(tmp_path):
    subprocess.run(
        [sys.executable, "-c", RUN_COMPILED, str(COMPILED), str(tmp_path)],
        check=True,
        capture_output=True,
    )

    (written,) = tmp_path.glob("segmentation-*/smooth/executor_output.json")
    (metrics,) = json.loads(written.read_text())["artifacts"]["metrics"]["artifacts"]
    assert metrics["metadata"].keys() == {"mean_iou", "unsmoothed_mean_iou", "pixel_accuracy"}
    assert 0 < metrics["metadata"]["mean_iou"] < 1
