"""A pipeline without its cached stages gives what the whole pipeline gives."""

import itertools
from pathlib import Path

import pytest

from eeipu_kfp.compiled.pipelines import CompiledPipeline, load_pipeline
from eeipu_kfp.core.outputs import StageOutputs
from tests.pipelines.local_runs import compiled_texts, kfp_process, run_pipeline

CASES = {
    "chain": ("chain", {"rows": 4, "lr": 0.125}),
    "diamond": ("diamond", {"a": 7.0}),
    "nested": ("nested", {"value": 0.5}),
    "imported": ("imported", {"number": 2.0}),
    "heads": ("branches", {"seed": 2}),
    "tails": ("branches", {"seed": 3}),
    "loops": ("loops", {"rate": 0.25}),
    "fixed_loops": ("fixed_loops", {}),
    "handled": ("handled", {"seed": 3}),
}


@pytest.fixture(scope="module")
def kfp():
    with kfp_process() as process:
        yield process


@pytest.fixture(scope="module")
def texts(kfp):
    return kfp.submit(compiled_texts).result()


def closed_subsets(pipeline: CompiledPipeline) -> list[tuple[str, ...]]:
    names = pipeline.shape.names
    return [
        chosen
        for size in range(1, len(names))
        for chosen in itertools.combinations(names, size)
        if all(set(pipeline.shape.stage(name).upstream) <= set(chosen) for name in chosen)
    ]


def content(outputs: StageOutputs) -> dict:
    """What consumers can see of a stage's outputs, wherever they are kept."""
    artifacts = {
        name: [
            (each.type, dict(each.metadata), path.read_text() if path.exists() else None)
            for each in found
            for path in [Path(each.uri)]
        ]
        for name, found in outputs.artifacts.items()
    }
    parameters = {
        name: Path(value).name if name == "path" else value
        for name, value in outputs.parameters.items()
    }
    return {"parameters": parameters, "artifacts": artifacts}


@pytest.mark.parametrize("case", CASES)
def test_every_prefix_taken_out_leaves_the_outputs_of_the_rest_as_they_were(
    case, kfp, texts, tmp_path
):
    name, arguments = CASES[case]
    pipeline = load_pipeline(texts[name])
    if name == "imported":
        (tmp_path / "given").write_text("given by hand")
        arguments = {**arguments, "path": str(tmp_path / "given")}
    run = kfp.submit(run_pipeline, pipeline.ir, arguments, str(tmp_path / "whole"))
    whole = run.result()
    shown = [stage for stage in pipeline.shape.names if stage in whole]
    assert shown

    for number, cached in enumerate(closed_subsets(pipeline)):
        known = {stage: whole.get(stage, StageOutputs()) for stage in cached}
        root = str(tmp_path / f"cut-{number}")
        found = kfp.submit(run_pipeline, pipeline.cut(known), arguments, root).result()

        wanted = {stage: content(whole[stage]) for stage in shown if stage not in cached}
        left = {stage: content(found[stage]) for stage in found if stage in wanted}
        assert left == wanted, f"cached: {cached}"
