from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eeipu_kfp.cache.artifacts import fetch, keep, objects_of
from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.cache.entries import CacheEntry, KeptArtifact
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.ports import ObjectStore
from eeipu_kfp.errors import MissingObjectError, StoreError
from tests.unit.cache.examples import example_entry, write_outputs


def _entry(store: ObjectStore, outputs: StageOutputs) -> CacheEntry:
    return replace(
        example_entry(),
        parameters=outputs.parameters,
        artifacts=keep(store, "cache/artifacts/key", outputs),
    )


def _one(path: Path | str) -> StageOutputs:
    return StageOutputs(artifacts={"out": (Artifact(uri=str(path)),)})


def _path(outputs: StageOutputs, name: str = "out") -> Path:
    return Path(outputs.artifacts[name][0].uri)


def test_files_folders_and_metadata_come_back(store: ObjectStore, tmp_path: Path) -> None:
    outputs = write_outputs(tmp_path / "run")

    fetched = fetch(store, _entry(store, outputs), tmp_path / "into")

    assert fetched.parameters == outputs.parameters
    assert _path(fetched, "model").read_text() == "weights"
    checkpoint = _path(fetched, "checkpoint")
    assert (checkpoint / "index").read_text() == "{}"
    assert (checkpoint / "deep" / "shard-1").read_text() == "weightsweights"
    for name, artifacts in outputs.artifacts.items():
        assert fetched.artifacts[name][0].metadata == artifacts[0].metadata
        assert fetched.artifacts[name][0].type == artifacts[0].type


def test_what_is_kept_outlives_the_run(store: ObjectStore, tmp_path: Path) -> None:
    outputs = write_outputs(tmp_path / "run")
    entry = _entry(store, outputs)
    (tmp_path / "run").rename(tmp_path / "gone")

    assert _path(fetch(store, entry, tmp_path / "into"), "model").read_text() == "weights"


def test_an_artifact_keeps_its_file_name(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("1,2")

    fetched = fetch(store, _entry(store, _one(tmp_path / "table.csv")), tmp_path / "into")

    assert _path(fetched).name == "table.csv"


def test_metrics_without_a_file_get_a_path_where_nothing_is(
    store: ObjectStore, tmp_path: Path
) -> None:
    entry = _entry(store, write_outputs(tmp_path / "run"))

    path = _path(fetch(store, entry, tmp_path / "into"), "metrics")

    assert path.is_absolute()
    assert not path.exists()


def test_an_empty_file_stays_a_file(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    path = _path(fetch(store, _entry(store, _one(tmp_path / "empty")), tmp_path / "into"))

    assert path.read_bytes() == b""


def test_an_empty_folder_stays_a_folder(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    entry = _entry(store, _one(tmp_path / "empty"))

    for _ in range(2):
        assert list(_path(fetch(store, entry, tmp_path / "into")).iterdir()) == []


def test_every_artifact_of_a_list_is_kept(store: ObjectStore, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder in folders:
        folder.mkdir()
        (folder / "part").write_text(folder.name)
    outputs = StageOutputs(
        artifacts={"parts": tuple(Artifact(uri=str(folder / "part")) for folder in folders)}
    )

    fetched = fetch(store, _entry(store, outputs), tmp_path / "into")

    texts = [Path(artifact.uri).read_text() for artifact in fetched.artifacts["parts"]]
    assert texts == ["a", "b", "c"]


def test_links_are_kept_as_what_they_lead_to(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "one").write_text("content")
    folder = tmp_path / "snapshot"
    folder.mkdir()
    (folder / "file").symlink_to(tmp_path / "blobs" / "one")
    (folder / "folder").symlink_to(tmp_path / "blobs")

    path = _path(fetch(store, _entry(store, _one(folder)), tmp_path / "into"))

    assert (path / "file").read_text() == "content"
    assert (path / "folder" / "one").read_text() == "content"


@pytest.mark.parametrize("uri", ["gs://bucket/model", "s3://bucket/model", "minio://other/model"])
def test_an_artifact_elsewhere_keeps_its_uri(store: ObjectStore, uri: str, tmp_path: Path) -> None:
    entry = _entry(store, _one(uri))

    assert entry.objects == ()
    assert fetch(store, entry, tmp_path).artifacts["out"][0].uri == uri


def test_an_artifact_that_is_in_the_bucket_is_not_copied(tmp_path: Path) -> None:
    store = MemoryStore()
    there = [store.put(f"runs/7/model/{name}", b"x") for name in ("a", "b")]
    store.put("runs/7/model-2", b"another")

    entry = _entry(store, _one(store.uri("runs/7/model")))

    assert entry.objects == tuple(there)
    assert len(list(store.list(""))) == 3
    assert (_path(fetch(store, entry, tmp_path)) / "b").read_bytes() == b"x"


def test_what_is_used_where_it_is_keeps_the_uri_it_came_with() -> None:
    store = MemoryStore()
    store.put("runs/7/model", b"weights")
    outputs = _one(store.uri("runs/7/model"))

    assert fetch(store, _entry(store, outputs), None) == outputs


def test_a_directory_store_hands_out_its_own_files(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    entry = _entry(store, write_outputs(tmp_path / "run"))

    fetched = fetch(store, entry, tmp_path / "into")

    assert _path(fetched, "model").is_relative_to(tmp_path / "store")
    assert not (tmp_path / "into").exists()


def test_a_directory_store_may_move(tmp_path: Path) -> None:
    entry = _entry(DirectoryStore(tmp_path / "store"), write_outputs(tmp_path / "run"))
    (tmp_path / "store").rename(tmp_path / "moved")

    fetched = fetch(DirectoryStore(tmp_path / "moved"), entry, tmp_path / "into")

    assert _path(fetched, "model").read_text() == "weights"


class _CountingStore(MemoryStore):
    downloads = 0

    def get_file(self, name: str, path: Path) -> None:
        self.downloads += 1
        super().get_file(name, path)


def test_the_same_content_is_downloaded_once(tmp_path: Path) -> None:
    store = _CountingStore()
    entry = _entry(store, write_outputs(tmp_path / "run"))

    first = fetch(store, entry, tmp_path / "into")
    again = fetch(store, entry, tmp_path / "into")

    assert again == first
    assert store.downloads == 3


def test_a_download_that_lost_bytes_is_repeated(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = _entry(store, write_outputs(tmp_path / "run"))
    path = _path(fetch(store, entry, tmp_path / "into"), "model")
    path.chmod(0o644)
    path.write_text("w")

    assert _path(fetch(store, entry, tmp_path / "into"), "model").read_text() == "weights"


def test_changed_content_is_downloaded_anew(tmp_path: Path) -> None:
    store = MemoryStore()
    texts = []
    for text in ("old", "new"):
        (tmp_path / "file").write_text(text)
        entry = _entry(store, _one(tmp_path / "file"))
        texts.append(_path(fetch(store, entry, tmp_path / "into")).read_text())

    assert texts == ["old", "new"]


def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = _entry(store, write_outputs(tmp_path / "run"))
    store.delete(entry.artifacts["checkpoint"][0].objects[1].name)
    kept = {"checkpoint": entry.artifacts["checkpoint"]}

    with pytest.raises(MissingObjectError):
        fetch(store, replace(entry, artifacts=kept), tmp_path / "into")

    assert list((tmp_path / "into").iterdir()) == []


def test_a_folder_that_cannot_take_downloads_is_an_error(tmp_path: Path) -> None:
    store = MemoryStore()
    entry = _entry(store, write_outputs(tmp_path / "run"))
    (tmp_path / "into").touch()

    with pytest.raises(StoreError, match="cannot bring"):
        fetch(store, entry, tmp_path / "into")


def test_the_objects_of_an_artifact_are_those_below_its_name() -> None:
    store = MemoryStore()
    names = [store.put(name, b"").name for name in ("m", "m/a", "m/b/c", "m2", "m-3")]

    assert [info.name for info in objects_of(store, "m")] == names[:3]


def test_an_artifact_without_content_is_not_elsewhere() -> None:
    assert not KeptArtifact(artifact=Artifact(uri="cache/x")).is_elsewhere
    assert KeptArtifact(artifact=Artifact(uri="gs://b/x")).is_elsewhere
