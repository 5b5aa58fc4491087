import pytest

from eeipu_kfp.compiled.pipelines import CompiledPipeline, load_pipeline
from tests.pipelines.local_runs import compiled_texts, kfp_process


class Pipelines(dict[str, CompiledPipeline]):
    """Pipelines that a failing test does not print in full."""

    def __repr__(self) -> str:
        return f"Pipelines({', '.join(self)})"


@pytest.fixture(scope="session")
def pipelines() -> dict[str, CompiledPipeline]:
    """Every pipeline under tests/pipelines."""
    with kfp_process() as process:
        texts = process.submit(compiled_texts).result()
    return Pipelines({name: load_pipeline(text) for name, text in texts.items()})
