import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kfp import compiler

from components.stacking.pipeline import COMPILED, stacking

ROOT = Path(__file__).parents[3]

RUN_COMPILED = """
import sys
from kfp import components, local

local.init(local.SubprocessRunner(use_venv=False), pipeline_root=sys.argv[2])
components.load_component_from_file(sys.argv[1])(boosting_rounds=2)
"""


def without_sdk_version(compiled: Path) -> dict[str, object]:
    document = yaml.safe_load(compiled.read_text())
    del document["sdkVersion"]
    return document


def test_the_compiled_pipeline_is_current(tmp_path):
    fresh = tmp_path / "pipeline.yaml"

    compiler.Compiler().compile(stacking, str(fresh))

    assert without_sdk_version(COMPILED) == without_sdk_version(fresh)


def test_the_stages_form_a_chain():
    tasks = yaml.safe_load(COMPILED.read_text())["root"]["dag"]["tasks"]

    upstream = {name: task.get("dependentTasks", []) for name, task in tasks.items()}

    assert upstream == {
        "prepare": [],
        "base-learners": ["prepare"],
        "meta-learner": ["base-learners"],
    }


def test_the_readme_tells_every_input_with_its_default():
    inputs = yaml.safe_load(COMPILED.read_text())["root"]["inputDefinitions"]["parameters"]
    readme = (COMPILED.parent / "README.md").read_text()

    for name, definition in inputs.items():
        default = json.dumps(definition["defaultValue"]).removesuffix(".0")
        assert f"| `{name}` | `{default}` | {definition['description']} |" in readme


def test_the_sample_experiment_names_inputs_of_the_pipeline():
    sample = ROOT / "manifests" / "samples" / "stacking.yaml"
    spec = yaml.safe_load(sample.read_text())["spec"]
    named = [item["name"] for item in (*spec["parameters"], *spec["arguments"])]

    assert (sample.parent / spec["pipeline"]["path"]).resolve() == COMPILED
    assert len(spec["parameters"]) == 12
    assert set(named) <= set(stacking.component_spec.inputs)


@pytest.mark.slow
def test_the_compiled_pipeline_runs_as_it_is(tmp_path):
    subprocess.run(
        [sys.executable, "-c", RUN_COMPILED, str(COMPILED), str(tmp_path)],
        check=True,
        capture_output=True,
    )

    (written,) = tmp_path.glob("stacking-*/meta-learner/executor_output.json")
    (metrics,) = json.loads(written.read_text())["artifacts"]["metrics"]["artifacts"]
    assert metrics["metadata"].keys() == {"auroc", "log_loss", "accuracy"}
    assert 0.6 < metrics["metadata"]["auroc"] < 1
