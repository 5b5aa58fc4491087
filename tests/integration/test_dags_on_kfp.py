"""Stages that are DAGs put out on Kubeflow Pipelines what they put out on this machine."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from eeipu_kfp.compiled.pipelines import CompiledPipeline, load_pipeline
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import Runner, RunState, TrialRun
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.mlmd import MlmdReader
from eeipu_kfp.runners.backend.runner import KfpRunner
from eeipu_kfp.runners.local import LocalRunner
from tests.kfp_double.double import KfpDouble
from tests.pipelines.local_runs import compiled_texts

_PATIENCE_SECONDS = 60.0
_PIPELINES = ("branches", "loops", "fixed_loops", "nested")
_TELLING = {"nested"}
"""Those that put out all metadata they see, to which an importer on KFP adds its own."""


@pytest.fixture(scope="module")
def texts() -> Mapping[str, str]:
    return compiled_texts()


@pytest.fixture(scope="module")
def on_kfp() -> Iterator[KfpRunner]:
    with KfpDouble() as double:
        metadata = MlmdReader(double.mlmd_address)
        yield KfpRunner(
            api=KfpApi(double.url),
            metadata=metadata,
            experiment="dags",
            pipeline_root=double.bucket.uri("runs"),
            pods=None,
            logs=double.bucket,
        )
        metadata.close()


def run(
    runner: Runner, name: str, pipeline: Mapping[str, Any], stages: tuple[str, ...]
) -> dict[str, StageOutputs]:
    """Run stages to their end; return what each has put out."""
    trial = TrialRun(name=name, pipeline=pipeline, arguments={}, stages=stages)
    handle = runner.start(trial)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while runner.poll(handle) is RunState.RUNNING:
        assert time.monotonic() < deadline, "the run did not end in time"
        time.sleep(0.02)
    results = runner.collect(handle)
    assert [result.failure for result in results if result.failure] == []
    return {
        result.stage: result.outputs or StageOutputs()
        for result in results
        if result.outcome is StageOutcome.EXECUTED
    }


def told(outputs: Mapping[str, StageOutputs]) -> dict[str, object]:
    """What outputs say wherever they were made."""
    return {
        stage: (
            found.parameters,
            {
                name: [(artifact.type, artifact.metadata) for artifact in artifacts]
                for name, artifacts in found.artifacts.items()
            },
        )
        for stage, found in outputs.items()
    }


@pytest.mark.parametrize("name", _PIPELINES)
def test_outputs_are_those_of_the_local_runner(
    name: str, texts: Mapping[str, str], on_kfp: KfpRunner, tmp_path: Path
) -> None:
    pipeline = load_pipeline(texts[name])
    stages = pipeline.shape.names

    found = run(on_kfp, name, pipeline.ir, stages)

    with LocalRunner(tmp_path) as on_this_machine:
        assert told(found) == told(run(on_this_machine, name, pipeline.ir, stages))


@pytest.mark.parametrize("name", [name for name in _PIPELINES if name not in _TELLING])
def test_a_cut_run_puts_out_what_the_whole_one_did(
    name: str, texts: Mapping[str, str], on_kfp: KfpRunner
) -> None:
    pipeline: CompiledPipeline = load_pipeline(texts[name])
    *cached, last = pipeline.shape.names
    # The run of the test before, where there was one: a name is run once.
    whole = run(on_kfp, name, pipeline.ir, pipeline.shape.names)

    ir = pipeline.cut({stage: whole.get(stage, StageOutputs()) for stage in cached})
    rest = run(on_kfp, f"{name}-cut", ir, (last,))

    assert told(rest)[last] == told(whole)[last]
