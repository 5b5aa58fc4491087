"""What every object store must do, whatever it is made of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eeipu_kfp.core.ports import ObjectStore
from eeipu_kfp.errors import InvalidValueError, MissingObjectError

_MIB = 1 << 20


class ObjectStoreContract:
    """Inherit, and give a fixture `store`: empty, and of this test alone."""

    def test_what_is_put_comes_back(self, store: ObjectStore) -> None:
        store.put("folder/object", b"content")

        assert store.get("folder/object") == b"content"

    def test_an_empty_object_is_an_object(self, store: ObjectStore) -> None:
        info = store.put("empty", b"")

        assert info.size_bytes == 0
        assert store.head("empty") == info
        assert store.get("empty") == b""

    def test_put_head_and_list_say_the_same(self, store: ObjectStore) -> None:
        info = store.put("a/b", b"content")

        assert (info.name, info.size_bytes) == ("a/b", 7)
        assert info.etag
        assert store.head("a/b") == info
        assert list(store.list("")) == [info]

    def test_a_second_put_replaces_the_first(self, store: ObjectStore) -> None:
        store.put("name", b"old")
        store.put("name", b"newer")

        assert store.get("name") == b"newer"
        assert [info.size_bytes for info in store.list("")] == [5]

    def test_the_etag_changes_with_content_of_the_same_size(self, store: ObjectStore) -> None:
        etags = [store.put("name", bytes([digit])).etag for digit in range(20)]

        assert len(set(etags)) == 20

    def test_the_etag_stays_while_nothing_changes(self, store: ObjectStore) -> None:
        store.put("name", b"content")
        before = store.head("name")
        store.get("name")
        store.put("other", b"content")

        assert store.head("name") == before

    def test_a_missing_object_has_no_head(self, store: ObjectStore) -> None:
        store.put("a/b", b"")

        assert store.head("nothing") is None
        assert store.head("a") is None
        assert store.head("a/b/c") is None

    @pytest.mark.parametrize("name", ["nothing", "a", "a/b/c", "no/such/folder"])
    def test_a_missing_object_cannot_be_read(
        self, store: ObjectStore, name: str, tmp_path: Path
    ) -> None:
        store.put("a/b", b"")

        with pytest.raises(MissingObjectError, match=f"`{name}`"):
            store.get(name)
        with pytest.raises(MissingObjectError, match=f"`{name}`"):
            store.get_file(name, tmp_path / "file")
        assert not (tmp_path / "file").exists()

    def test_a_deleted_object_is_gone(self, store: ObjectStore) -> None:
        store.put("a/b/c", b"")
        store.put("a/other", b"")

        store.delete("a/b/c")

        assert store.head("a/b/c") is None
        assert [info.name for info in store.list("")] == ["a/other"]

    def test_deleting_nothing_is_harmless(self, store: ObjectStore) -> None:
        store.put("a/b", b"")

        store.delete("a")
        store.delete("nothing/at/all")

        assert store.get("a/b") == b""

    def test_a_name_can_be_used_again_after_its_folder_went(self, store: ObjectStore) -> None:
        store.put("a/b", b"1")
        store.delete("a/b")
        store.put("a/b", b"2")

        assert store.get("a/b") == b"2"

    @pytest.mark.parametrize(
        "name",
        [
            "grüße/日本語",
            "with space/and+plus",
            "per%20cent",
            "a/b/c/d/e/f.tar.gz",
            "q?a=b&c#d",
            "~'\"()",
        ],
    )
    def test_any_file_name_will_do(self, store: ObjectStore, name: str) -> None:
        info = store.put(name, b"content")

        assert store.get(name) == b"content"
        assert store.head(name) == info
        assert list(store.list("")) == [info]
        store.delete(name)
        assert store.head(name) is None

    @pytest.mark.parametrize("name", ["", "/etc/passwd", "../up", "a//b", "a/./b", "a/", "n\0l"])
    def test_a_name_that_leads_elsewhere_is_refused(self, store: ObjectStore, name: str) -> None:
        with pytest.raises(InvalidValueError, match="object name"):
            store.put(name, b"")
        with pytest.raises(InvalidValueError, match="object name"):
            store.get(name)

    def test_a_listing_has_what_begins_with_the_prefix_in_order(self, store: ObjectStore) -> None:
        names = ["a", "b/1", "b/10", "b/2/x", "b-1", "b/2-", "c"]
        for name in names:
            store.put(name, b"")

        def listed(prefix: str) -> list[str]:
            return [info.name for info in store.list(prefix)]

        assert listed("") == sorted(names)
        assert listed("b/") == ["b/1", "b/10", "b/2-", "b/2/x"]
        assert listed("b/1") == ["b/1", "b/10"]
        assert listed("b") == ["b-1", "b/1", "b/10", "b/2-", "b/2/x"]
        assert listed("nothing/") == []

    def test_more_objects_than_a_page_are_listed(self, store: ObjectStore) -> None:
        names = sorted(f"many/{number}" for number in range(1, 1102))
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda name: store.put(name, b""), names))

        assert [info.name for info in store.list("many/")] == names

    def test_a_file_of_some_megabytes_goes_in_and_out(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        content = bytes(range(256)) * (9 * _MIB // 256) + b"end"
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(content)

        info = store.put_file("large", source)
        store.get_file("large", target)

        assert info == store.head("large")
        assert [info] == list(store.list("large"))
        assert target.read_bytes() == content

    def test_a_stored_file_does_not_follow_its_source(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        source = tmp_path / "source"
        source.write_bytes(b"before")
        store.put_file("name", source)
        source.write_bytes(b"after!")

        assert store.get("name") == b"before"

    def test_concurrent_writers_leave_one_whole_version(self, store: ObjectStore) -> None:
        versions = [bytes([number]) * (64 << 10) for number in range(8)]

        with ThreadPoolExecutor(8) as threads:
            writes = [threads.submit(store.put, "name", v) for v in versions for _ in range(3)]
            infos = [write.result() for write in writes]

        assert store.get("name") in versions
        assert store.head("name") in infos

    def test_a_reader_never_sees_half_an_object(self, store: ObjectStore) -> None:
        versions = [bytes([number]) * (256 << 10) for number in range(6)]
        store.put("name", versions[0])

        with ThreadPoolExecutor(4) as threads:
            writes = [threads.submit(store.put, "name", v) for v in versions * 2]
            reads = [threads.submit(store.get, "name") for _ in range(30)]
            seen = [read.result() for read in reads]
            for write in writes:
                write.result()

        assert set(seen) <= set(versions)

    def test_folders_come_and_go_under_concurrent_writers(self, store: ObjectStore) -> None:
        def churn(number: int) -> None:
            for _ in range(10):
                store.put(f"deep/er/{number}", b"")
                store.delete(f"deep/er/{number}")

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(churn, range(4)))

        assert list(store.list("deep/")) == []

    def test_uris_of_objects_are_below_the_uri_of_the_store(self, store: ObjectStore) -> None:
        assert store.uri("a/b") == f"{store.uri('')}/a/b"

    def test_a_local_path_shows_the_content(self, store: ObjectStore) -> None:
        store.put("folder/object", b"content")

        path, folder = store.local_path("folder/object"), store.local_path("folder")

        if path is None or folder is None:
            assert "://" in store.uri("folder/object")
        else:
            assert store.uri("folder/object") == str(path)
            assert path.read_bytes() == b"content"
            assert [child.name for child in folder.iterdir()] == ["object"]
