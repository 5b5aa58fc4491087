import pytest

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.ports import TunedPipeline
from tests.pipelines import specs


def test_a_compiled_pipeline_is_a_tuned_pipeline():
    pipeline: TunedPipeline = load_pipeline(specs.chain())

    assert pipeline.shape.name == "by-hand"
    assert pipeline.ingredients("train", {"lr": 0.5}).parameters == {"lr": 0.5}
    assert pipeline.cut({})["pipelineInfo"] == {"name": "by-hand"}


def test_an_importer_of_a_cut_pipeline_is_known_by_the_stage_it_stands_for():
    pipeline = load_pipeline(specs.chain())
    artifact = Artifact(uri="minio://bucket/data", type="system.Dataset")
    stage, output = next((s.name, o) for s in pipeline.shape.stages for o in s.output_artifacts)

    cut = pipeline.cut(
        {stage: StageOutputs(parameters={"score": 0.5}, artifacts={output: (artifact,)})}
    )
    tasks = cut["root"]["dag"]["tasks"]

    assert {task: pipeline.imported(task) for task in tasks if task.startswith("cached-")} == {
        f"cached-{stage}-{output}": stage
    }
    assert pipeline.imported("train") is None


def test_a_stage_that_is_not_there_has_no_ingredients():
    with pytest.raises(KeyError, match="other"):
        load_pipeline(specs.chain()).ingredients("other", {})
