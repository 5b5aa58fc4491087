import ast
import json
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from kfp import compiler

from components.tune.image import IMAGE
from components.tune.pipeline import COMPILED, PACKAGED, eeipu_tune
from eeipu_kfp.experiment.models import Algorithm
from eeipu_kfp.launcher.best_run import BestRun
from eeipu_kfp.launcher.form import Form

ROOT = Path(__file__).parents[3]
RUN = {"run_id", "run_name"}


def compiled():
    return yaml.safe_load(COMPILED.read_text())


def inputs_of(definitions):
    return definitions["inputDefinitions"]["parameters"]


def without_sdk_version(path):
    document = yaml.safe_load(path.read_text())
    del document["sdkVersion"]
    return document


def test_the_compiled_pipeline_is_current(tmp_path):
    fresh = tmp_path / "pipeline.yaml"

    compiler.Compiler().compile(eeipu_tune, str(fresh))

    assert without_sdk_version(COMPILED) == without_sdk_version(fresh)


def test_the_package_holds_the_same_pipeline():
    assert PACKAGED.read_text() == COMPILED.read_text()


def test_only_what_nobody_can_guess_must_be_filled_in():
    inputs = inputs_of(compiled()["root"])

    needed = {name for name, definition in inputs.items() if "defaultValue" not in definition}

    assert needed == {"pipeline_name", "objective", "parameters"}


def test_every_field_has_a_type_that_suits_it_and_a_description():
    inputs = inputs_of(compiled()["root"])

    kinds = {name: definition["parameterType"] for name, definition in inputs.items()}

    assert all(definition["description"] for definition in inputs.values())
    assert kinds["parameters"] == "LIST"
    assert kinds["arguments"] == "STRUCT"
    assert kinds["run_best_configuration"] == "BOOLEAN"
    assert {name for name, kind in kinds.items() if kind == "NUMBER_INTEGER"} == {
        "budget_seconds",
        "parallel_trials",
        "max_trials",
        "max_failed_trials",
        "stage_timeout_seconds",
        "seed",
    }


def test_the_first_task_takes_the_form_and_its_run():
    components = compiled()["components"]

    assert set(inputs_of(components["comp-tune"])) == {f.name for f in fields(Form)} | RUN
    assert set(inputs_of(components["comp-run-best"])) == {f.name for f in fields(BestRun)} | RUN


@pytest.mark.parametrize("module", ["launcher", "best_run"])
def test_a_task_hands_over_every_input_under_its_own_name(module):
    source = ast.parse((COMPILED.parent / f"{module}.py").read_text())

    pairs = [
        (key.value, value.id)
        for node in ast.walk(source)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
    ]

    assert len(pairs) > 5
    assert all(key == name for key, name in pairs)


def test_the_first_task_puts_out_everything_that_people_look_at():
    outputs = compiled()["components"]["comp-tune"]["outputDefinitions"]

    artifacts = {n: a["artifactType"]["schemaTitle"] for n, a in outputs["artifacts"].items()}

    assert artifacts == {
        "metrics": "system.Metrics",
        "report": "system.HTML",
        "summary": "system.Markdown",
    }
    assert outputs["parameters"]["best"] == {"parameterType": "STRUCT"}


def test_no_task_is_ever_taken_from_the_cache_of_kubeflow_pipelines():
    document = compiled()
    tasks = [document["root"]["dag"]["tasks"]["tune"]]
    tasks += document["components"]["comp-condition-1"]["dag"]["tasks"].values()

    assert [task["cachingOptions"] for task in tasks] == [{}, {}]


def test_every_algorithm_is_named_in_its_description():
    told = inputs_of(compiled()["root"])["algorithm"]["description"]

    known = Algorithm.model_fields["name"].annotation.__args__
    assert all(f"`{name}`" in told for name in known)


def test_the_image_is_the_one_that_the_chart_names():
    chart = yaml.safe_load((ROOT / "helm" / "eeipu-kfp" / "Chart.yaml").read_text())

    assert f"eeipu-kfp:{chart['appVersion']}" == IMAGE


def test_the_readme_tells_every_field_with_its_default():
    readme = (COMPILED.parent / "README.md").read_text()

    for name, definition in inputs_of(compiled()["root"]).items():
        default = "required"
        if "defaultValue" in definition:
            default = f"`{json.dumps(definition['defaultValue']).removesuffix('.0')}`"
        told = " ".join(definition["description"].split())
        assert f"| `{name}` | {default} | {told} |" in readme, name
