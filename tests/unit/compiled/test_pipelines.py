import pytest

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.ports import TunedPipeline
from tests.pipelines import specs


def test_a_compiled_pipeline_is_a_tuned_pipeline():
    pipeline: TunedPipeline = load_pipeline(specs.chain())

    assert pipeline.shape.name == "by-hand"
    assert pipeline.ingredients("train", {"lr": 0.5}).parameters == {"lr": 0.5}
    assert pipeline.cut({})["pipelineInfo"] == {"name": "by-hand"}


def test_a_stage_that_is_not_there_has_no_ingredients():
    with pytest.raises(KeyError, match="other"):
        load_pipeline(specs.chain()).ingredients("other", {})
