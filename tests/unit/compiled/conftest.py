import pytest

from eeipu_kfp.compiled.pipelines import CompiledPipeline, load_pipeline
from tests.pipelines.local_runs import compiled_texts, kfp_process


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Every pipeline under tests/pipelines as compiled YAML."""
    with kfp_process() as process:
        return process.submit(compiled_texts).result()


@pytest.fixture
def pipelines(texts) -> dict[str, CompiledPipeline]:
    """Every pipeline under tests/pipelines."""
    return {name: load_pipeline(text) for name, text in texts.items()}
