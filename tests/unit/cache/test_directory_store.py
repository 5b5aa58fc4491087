from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.errors import InvalidValueError, StoreError


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "store")


def test_nothing_is_written_before_the_first_put(store: DirectoryStore) -> None:
    assert store.head("a") is None
    assert list(store.list("")) == []
    store.delete("a")

    assert not store.root.exists()


def test_objects_are_read_only_files_at_their_names(store: DirectoryStore) -> None:
    store.put("a/b", b"content")

    assert (store.root / "a" / "b").read_bytes() == b"content"
    assert (store.root / "a" / "b").stat().st_mode & 0o222 == 0


def test_a_write_leaves_nothing_else_behind(store: DirectoryStore) -> None:
    store.put("a/b", b"content")

    files = [path for path in store.root.rglob("*") if path.is_file()]
    assert files == [store.root / "a" / "b"]


def test_deleting_prunes_empty_folders_but_not_the_root(store: DirectoryStore) -> None:
    store.put("a/b/c/d", b"")
    store.put("a/e", b"")

    store.delete("a/b/c/d")
    assert [path.name for path in (store.root / "a").iterdir()] == ["e"]
    store.delete("a/e")
    assert store.root.exists()
    assert not (store.root / "a").exists()


def test_an_unfinished_write_is_not_listed(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("a", b"")
    (store.root / ".incomplete" / "left-behind").write_bytes(b"half")

    assert [info.name for info in store.list("")] == ["a"]
    with pytest.raises(InvalidValueError, match="which the store needs"):
        store.get(".incomplete/left-behind")


def test_writes_abandoned_long_ago_are_cleared(store: DirectoryStore) -> None:
    folder = store.root / ".incomplete"
    folder.mkdir(parents=True)
    for name in ("old", "young"):
        (folder / name).touch()
    os.utime(folder / "old", (0, 0))

    store.put("a", b"")

    assert [path.name for path in folder.iterdir()] == ["young"]


def test_versions_are_stamped_finer_than_the_kernel_may(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps = [1_700_000_000_000_000_001, 1_700_000_000_000_000_002]
    monkeypatch.setattr(time, "time_ns", iter(stamps).__next__)

    etags = [store.put("a", b"x").etag for _ in stamps]

    assert etags == [f"{stamp:x}-1" for stamp in stamps]


def _raise_for(number: int, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EROFS, "not mounted read-only"),
        (errno.EACCES, "make the folder writable"),
        (errno.EIO, "check the folder and its disk"),
    ],
    ids=["full", "read-only", "forbidden", "broken"],
)
def test_a_disk_that_refuses_is_an_error_with_a_remedy(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch, number: int, hint: str
) -> None:
    store.put("a", b"before")
    _raise_for(number, "fsync", monkeypatch)

    with pytest.raises(StoreError, match=hint) as caught:
        store.put("a", b"after")

    assert f"cannot write `a` in `{store.root}`" in caught.value.message
    assert store.get("a") == b"before"
    assert not list((store.root / ".incomplete").iterdir())


def test_a_root_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = DirectoryStore(tmp_path / "file")

    with pytest.raises(StoreError, match="cannot write"):
        store.put("a", b"")
    with pytest.raises(StoreError, match="cannot list"):
        list(store.list(""))


def test_a_folder_that_cannot_be_listed_is_an_error(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("a", b"")
    _raise_for(errno.EACCES, "scandir", monkeypatch)

    with pytest.raises(StoreError, match="cannot list"):
        list(store.list(""))


def test_a_missing_source_file_is_an_error_of_the_copy(
    store: DirectoryStore, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="cannot copy"):
        store.put_file("a", tmp_path / "nothing")


def test_a_relative_root_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = DirectoryStore(Path("store"))
    store.put("a", b"content")
    monkeypatch.chdir("/")

    assert store.get("a") == b"content"
    assert store.uri("a") == str(tmp_path / "store" / "a")
