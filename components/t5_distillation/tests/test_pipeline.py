import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kfp import compiler

from components.t5_distillation.pipeline import COMPILED, t5_distillation
from components.t5_distillation.tests.stages import (
    STUDENT,
    TEACHER,
    distilled,
    taught,
    tokenised,
    write_corpus,
)

ROOT = Path(__file__).parents[3]
STAGES = ["tokenise", "teach", "distil-1", "distil-2", "distil-3"]
HYPERPARAMETERS = [
    "batch_size",
    *(f"teacher_{name}" for name in ("learning_rate", "weight_decay")),
    *(
        f"distil_{number}_{name}"
        for number in (1, 2, 3)
        for name in ("learning_rate", "weight_decay", "temperature")
    ),
]
CHANGED = {"batch_size": 16, "learning_rate": 2e-3, "weight_decay": 20.0, "temperature": 0.5}
"""So much weight decay takes away in a dozen steps what 0.8 does in the hundreds of real ones."""

RUN_COMPILED = """
import json, sys
from kfp import components, local

local.init(local.SubprocessRunner(use_venv=False), pipeline_root=sys.argv[2])
components.load_component_from_file(sys.argv[1])(**json.loads(sys.argv[3]))
"""


def compiled() -> dict[str, object]:
    return yaml.safe_load(COMPILED.read_text())


def without_sdk_version(file: Path) -> dict[str, object]:
    document = yaml.safe_load(file.read_text())
    del document["sdkVersion"]
    return document


def test_the_compiled_pipeline_is_current(tmp_path):
    fresh = tmp_path / "pipeline.yaml"

    compiler.Compiler().compile(t5_distillation, str(fresh))

    assert without_sdk_version(COMPILED) == without_sdk_version(fresh)


def test_each_stage_of_the_student_goes_on_from_the_one_before():
    tasks = compiled()["root"]["dag"]["tasks"]

    previous = {
        name: task["inputs"]["artifacts"]["previous"]["taskOutputArtifact"]["producerTask"]
        for name, task in tasks.items()
        if "previous" in task["inputs"].get("artifacts", {})
    }

    assert set(tasks) == set(STAGES)
    assert previous == {"distil-2": "distil-1", "distil-3": "distil-2"}


def test_the_student_has_one_component_in_three_stages():
    executors = compiled()["deploymentSpec"]["executors"]

    first, second, third = (executors[f"exec-{name}"] for name in STAGES[2:])

    assert first == second == third


def test_each_stage_owns_its_hyperparameters():
    tasks = compiled()["root"]["dag"]["tasks"]

    owners = {}
    for stage in STAGES:
        for binding in tasks[stage]["inputs"]["parameters"].values():
            owners.setdefault(binding.get("componentInputParameter"), stage)

    assert [owners[name] for name in HYPERPARAMETERS] == [
        *("tokenise", "teach", "teach"),
        *(f"distil-{number}" for number in (1, 2, 3) for _ in range(3)),
    ]


def test_the_readme_tells_every_input_with_its_default():
    inputs = compiled()["root"]["inputDefinitions"]["parameters"]
    readme = (COMPILED.parent / "README.md").read_text()

    for name, definition in inputs.items():
        default = json.dumps(definition["defaultValue"]).removesuffix(".0")
        assert f"| `{name}` | `{default}` | {definition['description']} |" in readme


def test_the_sample_experiment_tunes_the_twelve_hyperparameters():
    sample = ROOT / "manifests" / "samples" / "t5-distillation.yaml"
    spec = yaml.safe_load(sample.read_text())["spec"]

    assert (sample.parent / spec["pipeline"]["path"]).resolve() == COMPILED
    assert [parameter["name"] for parameter in spec["parameters"]] == HYPERPARAMETERS
    arguments = {argument["name"] for argument in spec["arguments"]}
    assert arguments <= set(t5_distillation.component_spec.inputs) - set(HYPERPARAMETERS)


@pytest.mark.parametrize("name", HYPERPARAMETERS)
def test_every_hyperparameter_can_change_the_objective(name, tokens, teacher, students, tmp_path):
    owner = next(k for k, stage in enumerate(STAGES) if name.startswith(owned_by(stage)))
    kind = name if name == "batch_size" else name.removeprefix(owned_by(STAGES[owner]))
    change = {kind: CHANGED[kind]}

    if owner == 0:
        tokens = tokenised(tmp_path / "tokens", **change)
    if owner <= 1:
        teacher = taught(tmp_path / "teacher", tokens, **(change if owner == 1 else {}))
    student = students[owner - 3] if owner > 2 else None
    for k in range(max(2, owner), 5):
        changes = change if owner == k else {}
        student = distilled(tmp_path / STAGES[k], tokens, teacher, student, **changes)

    assert student["score"] != students[-1]["score"]


def owned_by(stage: str) -> str:
    names = {"tokenise": "batch_size", "teach": "teacher_"}
    return names.get(stage, f"{stage.replace('-', '_')}_")


@pytest.mark.slow
def test_the_compiled_pipeline_runs_as_it_is(tmp_path):
    arguments = {
        "data": str(write_corpus(tmp_path)),
        "validation_rows": 16,
        "vocabulary": 300,
        "teacher": TEACHER,
        "student": STUDENT,
        "batch_size": 4,
        **{name: 1e-2 for name in HYPERPARAMETERS if name.endswith("learning_rate")},
    }
    subprocess.run(
        [sys.executable, "-c", RUN_COMPILED, str(COMPILED), str(tmp_path), json.dumps(arguments)],
        check=True,
        capture_output=True,
    )

    (written,) = tmp_path.glob("t5-distillation-*/distil-3/executor_output.json")
    found = json.loads(written.read_text())
    (metrics,) = found["artifacts"]["metrics"]["artifacts"]
    assert metrics["metadata"].keys() == {"rouge_l", "loss"}
    assert found["parameterValues"] == {"rouge_l": metrics["metadata"]["rouge_l"]}
    assert 0 < found["parameterValues"]["rouge_l"] <= 1
