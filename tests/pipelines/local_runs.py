"""Compiling and running pipelines by kfp in a process of its own, for kfp.local leaves traces."""

import contextlib
import io
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from eeipu_kfp.core.outputs import Artifact, StageOutputs

PIPELINES = {
    "data_flow": ("chain", "diamond", "nested", "imported"),
    "control_flow": ("branches", "loops", "fixed_loops", "handled"),
}


@contextlib.contextmanager
def kfp_process() -> Iterator[ProcessPoolExecutor]:
    """Yield a process that has kfp, apart from this one."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        yield process


def compiled_texts() -> dict[str, str]:
    """Return every pipeline here as compiled YAML by name."""
    from eeipu_kfp.compiled.pipelines import load_pipeline

    return {
        name: load_pipeline(f"{module}:{name}", base=Path(__file__).parent).text()
        for module, names in PIPELINES.items()
        for name in names
    }


def run_pipeline(ir: dict, arguments: dict, root: str) -> dict[str, StageOutputs]:
    """Run a pipeline by kfp.local and return what each task of its root DAG has put out."""
    from google.protobuf.json_format import ParseDict
    from kfp import local
    from kfp.local import io as local_io
    from kfp.local import pipeline_orchestrator
    from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineSpec

    seen: list[tuple[str, str, object]] = []
    put = local_io.IOStore.put_task_output

    def noted(store: object, task: str, key: str, value: object) -> None:
        if store._parent is None:
            seen.append((task, key, value))
        put(store, task, key, value)

    local.init(local.SubprocessRunner(use_venv=False), pipeline_root=root)
    local_io.IOStore.put_task_output = noted
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            pipeline_orchestrator.run_local_pipeline(ParseDict(ir, PipelineSpec()), arguments)
    finally:
        local_io.IOStore.put_task_output = put
    return _by_task(seen)


def _by_task(seen: list[tuple[str, str, object]]) -> dict[str, StageOutputs]:
    found: dict[str, tuple[dict, dict]] = {}
    for task, key, value in seen:
        parameters, artifacts = found.setdefault(task, ({}, {}))
        values = value if isinstance(value, list) else [value]
        if values and all(hasattr(each, "uri") for each in values):
            artifacts[key] = tuple(_artifact(each) for each in values)
        else:
            parameters[key] = value
    return {
        task: StageOutputs(parameters=parameters, artifacts=artifacts)
        for task, (parameters, artifacts) in found.items()
    }


def _artifact(found: object) -> Artifact:
    return Artifact(
        uri=found.uri,
        type=found.schema_title,
        schema_version=found.schema_version,
        metadata=dict(found.metadata),
    )
