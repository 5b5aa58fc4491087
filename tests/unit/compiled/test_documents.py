import subprocess
import sys

import pytest
import yaml

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.errors import PipelineError
from tests.pipelines import specs

PLATFORM = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {}}}}}


def test_a_file_is_read_relative_to_the_base(tmp_path):
    (tmp_path / "pipeline.yaml").write_text(yaml.safe_dump(specs.chain()))

    found = load_pipeline("pipeline.yaml", base=tmp_path)

    assert found.shape.names == ("prepare", "train")
    assert found.ir == specs.chain()


@pytest.mark.parametrize("parts", [[specs.chain()], [specs.chain(), PLATFORM]], ids=["one", "two"])
def test_the_text_of_a_pipeline_gives_the_same_pipeline_again(parts):
    first = load_pipeline(yaml.safe_dump_all(parts))

    again = load_pipeline(first.text())

    assert (again.ir, again.platform) == (first.ir, first.platform)
    assert again.platform == (PLATFORM if len(parts) > 1 else {})


def test_a_pipeline_function_is_compiled_from_its_module_or_itself(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from kfp import dsl\n"
        "@dsl.component(base_image='python:3.11', install_kfp_package=False)\n"
        "def stage(rate: float) -> float:\n    return rate\n"
        "@dsl.pipeline(name='mine')\n"
        "def pipeline(rate: float = 0.5):\n    stage(rate=rate)\n"
    )
    program = (
        "import sys; from pathlib import Path;"
        "from eeipu_kfp.compiled.pipelines import load_pipeline;"
        f"found = load_pipeline('mine:pipeline', base=Path({str(tmp_path)!r}));"
        "again = load_pipeline(sys.modules['mine'].pipeline);"
        "assert found.shape == again.shape and found.ir == again.ir;"
        "assert load_pipeline(found.text()).ir == found.ir;"
        "print(found.shape.names, found.shape.inputs[0].default)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert done.stdout == "('stage',) 0.5\n"


def test_reading_yaml_loads_no_kfp(tmp_path):
    path = tmp_path / "pipeline.yaml"
    path.write_text(yaml.safe_dump(specs.chain()))
    program = (
        "import sys; from eeipu_kfp.compiled.pipelines import load_pipeline;"
        f"load_pipeline({str(path)!r}).cut({{}}); sys.exit('kfp' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [1\n", "is no YAML"),
        ("just text\n", "is no compiled KFP 2 pipeline"),
        ("\n\n", "is no compiled KFP 2 pipeline"),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n", "is an Argo workflow"),
        ("root: {}\npipelineInfo: {name: x}\n", "has no stage"),
        ("root: 3\npipelineInfo: {name: x}\n", "is no compiled KFP 2 pipeline"),
        ("root: {dag: {tasks: {a: 1}}}\npipelineInfo: {name: x}\n", "is malformed"),
    ],
)
def test_what_is_no_compiled_pipeline_is_refused(text, says):
    with pytest.raises(PipelineError, match=says) as caught:
        load_pipeline(text)

    assert caught.value.hint


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("missing.yaml", "cannot read the pipeline"),
        ("no_such_module:pipeline", "cannot import `no_such_module`"),
        ("plain:missing", "module `plain` has no `missing`"),
        ("plain:function", "is a function, but a pipeline of kfp is needed"),
        ("broken:pipeline", "cannot import `broken`.*no luck"),
        (".", "cannot read the pipeline"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused_with_a_hint(source, says, tmp_path):
    (tmp_path / "plain.py").write_text("def function(): ...\n")
    (tmp_path / "broken.py").write_text("raise RuntimeError('no luck')\n")
    before = list(sys.path)

    with pytest.raises(PipelineError, match=says) as caught:
        load_pipeline(source, base=tmp_path)

    assert caught.value.hint
    assert sys.path == before
    sys.modules.pop("plain", None)
