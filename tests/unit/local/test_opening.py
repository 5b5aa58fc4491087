import pytest

from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.cache.minio_store import MinioStore
from eeipu_kfp.errors import PipelineError, SpecError
from eeipu_kfp.local.opening import open_cache, open_experiment
from tests.small_pipeline import EXPERIMENT, write

S3 = "  cache: {store: {s3: {endpoint: http://127.0.0.1:9, bucket: tuning}}}\n"


def test_the_pipeline_is_found_beside_the_experiment_file(opened, tmp_path):
    assert opened.pipeline.shape.names == ("prepare", "train", "evaluate")
    assert opened.workspace.folder == tmp_path / "runs/small"
    assert not (tmp_path / "runs").exists()


def test_a_missing_pipeline_is_an_error(tmp_path):
    file = write(tmp_path)
    (tmp_path / "pipeline.yaml").unlink()

    with pytest.raises(PipelineError, match=r"pipeline\.yaml"):
        open_experiment(file, tmp_path)


def test_a_pipeline_function_is_compiled(tmp_path):
    text = EXPERIMENT.replace("{path: pipeline.yaml}", "{function: 'tests.small_pipeline:small'}")

    opened = open_experiment(write(tmp_path, text), tmp_path)

    assert opened.pipeline.shape.names == ("prepare", "train", "evaluate")


def test_a_source_that_only_a_cluster_has_is_refused_with_the_remedy(tmp_path):
    text = EXPERIMENT.replace("{path: pipeline.yaml}", "{registered: {name: p, version: v1}}")

    with pytest.raises(SpecError, match=r"spec\.pipeline") as caught:
        open_experiment(write(tmp_path, text), tmp_path)

    assert "path" in caught.value.hint


def test_all_experiments_share_a_cache_unless_one_names_its_own(opened, tmp_path):
    own = EXPERIMENT + "  cache: {store: {directory: {path: kept}}}\n"
    named = open_experiment(write(tmp_path, own), tmp_path / "runs")

    assert _root(opened.cache()) == tmp_path / "runs/cache"
    assert _root(open_cache(None, tmp_path / "runs")) == tmp_path / "runs/cache"
    assert _root(named.cache()) == tmp_path / "kept"


def test_a_bucket_takes_its_credentials_from_the_environment(tmp_path, monkeypatch):
    file = write(tmp_path, EXPERIMENT + S3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "user")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    assert isinstance(open_experiment(file, tmp_path).cache()._store, MinioStore)


def test_a_bucket_without_credentials_names_the_variables(tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "MINIO_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    opened = open_experiment(write(tmp_path, EXPERIMENT + S3), tmp_path)

    with pytest.raises(SpecError, match="AWS_ACCESS_KEY_ID"):
        opened.cache()


def _root(cache):
    assert isinstance(cache._store, DirectoryStore)
    return cache._store.local_path("x").parent
