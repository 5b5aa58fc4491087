from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.eviction import DOCUMENT_BYTES
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.ports import ObjectInfo, ObjectStore
from eeipu_kfp.errors import InvalidValueError, StoreError
from tests.unit.cache.examples import StillClock, example_keys, publish, write_outputs

_A_DAY_SECONDS = 24 * 3600.0


@pytest.fixture
def cache(store: ObjectStore, clock: StillClock) -> Cache:
    return Cache(store, clock)


@pytest.fixture
def outputs(tmp_path: Path) -> StageOutputs:
    return write_outputs(tmp_path / "run")


def _names(store: ObjectStore) -> list[str]:
    return [info.name for info in store.list("")]


def _newer(document: bytes) -> bytes:
    return json.dumps({**json.loads(document), "schema": 2}).encode()


def test_another_process_finds_what_one_has_published(
    cache: Cache, store: ObjectStore, outputs: StageOutputs, tmp_path: Path
) -> None:
    entry = publish(cache, outputs)
    other = Cache(store, StillClock())

    found = other.lookup(entry.key)

    assert found == entry
    fetched = other.fetch(entry, tmp_path / "into")
    assert Path(fetched.artifacts["model"][0].uri).read_text() == "weights"


def test_an_entry_says_what_was_made_by_whom(cache: Cache, outputs: StageOutputs) -> None:
    entry = publish(cache, outputs, trial=7)

    assert (entry.experiment, entry.trial, entry.stage) == ("example", 7, "teach")
    assert (entry.seconds, entry.overhead_seconds, entry.created_at) == (5.0, 0.5, 1_000_000.0)
    assert entry.values["rate"] == 0.5
    assert entry.ingredients == example_keys()["teach"].ingredients
    assert entry.size_bytes == len("weights") * 3 + len("{}")
    assert entry.outputs.artifacts["metrics"][0].metadata == {"auroc": 0.9}


def test_a_key_that_nobody_has_published_is_not_found(cache: Cache) -> None:
    assert cache.lookup("0" * 64) is None


def test_an_entry_that_holds_is_not_published_again(
    cache: Cache, store: ObjectStore, outputs: StageOutputs
) -> None:
    first = publish(cache, outputs, trial=1)
    before = list(store.list(""))

    assert publish(cache, outputs, trial=2) == first
    assert list(store.list("")) == before


def test_two_processes_that_publish_at_once_leave_a_whole_entry(
    store: ObjectStore, outputs: StageOutputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Cache(store, StillClock()), Cache(store, StillClock())
    monkeypatch.setattr(one, "lookup", lambda _: None)
    theirs = publish(other, write_outputs(tmp_path / "other", "theirs"), trial=2)
    ours = publish(one, outputs, trial=1)

    assert other.lookup(ours.key) == ours
    assert all(store.head(info.name) == info for info in theirs.objects)


@pytest.mark.parametrize("output", ["model", "checkpoint"])
def test_an_entry_whose_object_is_gone_is_dropped(
    cache: Cache, store: ObjectStore, outputs: StageOutputs, output: str
) -> None:
    entry = publish(cache, outputs)
    store.delete(entry.artifacts[output][0].objects[0].name)

    assert cache.lookup(entry.key) is None
    assert _names(store) == []


@pytest.mark.parametrize("content", [b"", b"weighty", b"weights and more"], ids=len)
def test_an_entry_whose_object_has_changed_is_dropped(
    cache: Cache,
    store: ObjectStore,
    outputs: StageOutputs,
    content: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = publish(cache, outputs)
    store.put(entry.artifacts["model"][0].objects[0].name, content)

    assert cache.lookup(entry.key) is None
    assert cache.entries() == ()
    assert "stage `teach` are missing or changed; it will run again" in caplog.text


def test_a_folder_with_one_file_more_has_changed(
    cache: Cache, store: ObjectStore, outputs: StageOutputs
) -> None:
    entry = publish(cache, outputs)
    store.put(f"{entry.artifacts['checkpoint'][0].artifact.uri}/extra", b"")

    assert cache.lookup(entry.key) is None


def test_a_file_of_the_store_that_is_edited_in_place_is_noticed(
    outputs: StageOutputs, tmp_path: Path
) -> None:
    cache = Cache(DirectoryStore(tmp_path / "store"), StillClock())
    entry = publish(cache, outputs)
    path = Path(cache.fetch(entry, tmp_path).artifacts["model"][0].uri)
    path.chmod(0o644)
    path.write_text("WEIGHTS")

    assert cache.lookup(entry.key) is None


def test_stored_artifacts_are_read_only(outputs: StageOutputs, tmp_path: Path) -> None:
    cache = Cache(DirectoryStore(tmp_path / "store"), StillClock())

    path = Path(cache.fetch(publish(cache, outputs), tmp_path).artifacts["model"][0].uri)

    assert path.stat().st_mode & 0o222 == 0


class _DyingStore(MemoryStore):
    """Dies at its n-th change."""

    def __init__(self, changes: int) -> None:
        super().__init__()
        self.changes = changes

    def put(self, name: str, data: bytes) -> ObjectInfo:
        self._count()
        return super().put(name, data)

    def delete(self, name: str) -> None:
        self._count()
        super().delete(name)

    def _count(self) -> None:
        self.changes -= 1
        if self.changes < 0:
            message = "power cut"
            raise StoreError(message)


@pytest.mark.parametrize("changes", range(4))
def test_a_crash_while_publishing_leaves_no_believable_entry(
    changes: int, outputs: StageOutputs
) -> None:
    store = _DyingStore(changes)
    with pytest.raises(StoreError, match="power cut"):
        publish(Cache(store, StillClock()), outputs)
    store.changes = 100

    after = Cache(store, StillClock())

    assert after.entries() == ()
    assert after.lookup(example_keys()["teach"].digest) is None
    assert after.lookup(publish(after, outputs).key) is not None


@pytest.mark.parametrize("changes", range(4))
def test_a_crash_while_removing_leaves_no_believable_entry(
    changes: int, outputs: StageOutputs
) -> None:
    store = _DyingStore(100)
    cache = Cache(store, StillClock())
    entry = publish(cache, outputs)
    store.changes = changes
    with pytest.raises(StoreError, match="power cut"):
        cache.remove(entry.key)
    store.changes = 100

    found = Cache(store, StillClock()).lookup(entry.key)

    assert found is None or found == entry
    assert (found is None) == (changes > 0)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda _: b"",
        lambda _: b"\x80\x04pickle",
        _newer,
        lambda data: json.dumps({**json.loads(data), "key": "0" * 64}).encode(),
    ],
    ids=["half", "empty", "binary", "newer", "of another key"],
)
def test_an_entry_that_cannot_be_read_is_passed_over_with_a_warning(
    cache: Cache,
    store: ObjectStore,
    outputs: StageOutputs,
    damage,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = publish(cache, outputs)
    (name,) = (info.name for info in store.list("cache/entries/"))
    store.put(name, damage(store.get(name)))

    assert cache.lookup(entry.key) is None
    assert cache.entries() == ()
    assert "is passed over" in caplog.text

    caplog.clear()
    cache.entries()
    assert caplog.text == ""


def test_an_unreadable_entry_is_replaced_by_the_next_publication(
    cache: Cache, store: ObjectStore, outputs: StageOutputs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    entry = publish(cache, outputs)
    store.put(f"cache/entries/{entry.key[:2]}/{entry.key}.json", b"broken")

    again = publish(cache, outputs, trial=2)

    assert cache.lookup(entry.key) == again


class _CountingStore(MemoryStore):
    reads = 0

    def get(self, name: str) -> bytes:
        self.reads += 1
        return super().get(name)


def test_entries_show_what_other_processes_add_and_remove(
    store: ObjectStore, cache: Cache, outputs: StageOutputs
) -> None:
    other = Cache(store, StillClock())
    first, second = publish(cache, outputs), publish(cache, outputs, rate=0.25)

    assert {entry.key for entry in other.entries()} == {first.key, second.key}
    cache.remove(first.key)
    assert other.entries() == (second,)


def test_entries_read_only_documents_that_are_new(outputs: StageOutputs) -> None:
    store = _CountingStore()
    cache, other = Cache(store, StillClock()), Cache(store, StillClock())
    publish(other, outputs)
    cache.entries()
    before = store.reads

    cache.entries()
    assert store.reads == before
    publish(other, outputs, rate=0.25)
    before = store.reads
    assert len(cache.entries()) == 2
    assert store.reads == before + 1


def test_a_removed_entry_takes_its_artifacts_along(
    cache: Cache, store: ObjectStore, outputs: StageOutputs
) -> None:
    kept = publish(cache, outputs, rate=0.25)
    cache.remove(publish(cache, outputs).key)

    assert cache.entries() == (kept,)
    assert cache.lookup(kept.key) == kept
    assert len(_names(store)) == 1 + len(kept.objects)


def test_removing_an_unknown_key_is_harmless(cache: Cache) -> None:
    cache.remove("0" * 64)


def test_nothing_outside_the_cache_is_ever_deleted(clock: StillClock) -> None:
    store = MemoryStore()
    theirs = store.put("runs/7/model", b"weights")
    outputs = StageOutputs(artifacts={"out": (Artifact(uri=store.uri(theirs.name)),)})
    cache = Cache(store, clock)
    entry = publish(cache, outputs)

    cache.remove(entry.key)
    clock.sleep(2 * _A_DAY_SECONDS)
    cache.sweep()

    assert entry.objects == (theirs,)
    assert list(store.list("")) == [theirs]


def test_what_runs_have_put_below_an_owned_prefix_goes_with_its_entry(clock: StillClock) -> None:
    store = MemoryStore()
    own = store.put("runs/7/model", b"weights")
    other = store.put("data/7/model", b"weights")
    several = tuple(Artifact(uri=store.uri(found.name)) for found in (own, other))
    cache = Cache(store, clock, owned=("runs/",))
    entry = publish(cache, StageOutputs(artifacts={"out": several}))

    cache.remove(entry.key)

    assert list(store.list("")) == [other]


def _sized(cache: Cache, tmp_path: Path, sizes: list[int]) -> list[CacheEntry]:
    entries = []
    for place, size in enumerate(sizes):
        path = tmp_path / f"file-{place}"
        path.write_bytes(b"x" * size)
        outputs = StageOutputs(artifacts={"out": (Artifact(uri=str(path)),)})
        entries.append(publish(cache, outputs, rows=place + 1))
    return entries


def test_collect_gives_up_what_saves_least_per_byte(
    cache: Cache, store: ObjectStore, tmp_path: Path
) -> None:
    entries = _sized(cache, tmp_path, [100, 50_000, 40_000])

    removed = cache.collect(50_000 + 2 * DOCUMENT_BYTES, ())

    assert removed == (entries[1],)
    assert {entry.key for entry in cache.entries()} == {entries[0].key, entries[2].key}
    assert len(_names(store)) == 4


def test_collect_keeps_what_is_pinned(cache: Cache, tmp_path: Path) -> None:
    entries = _sized(cache, tmp_path, [100, 50_000, 40_000])

    cache.collect(0, {entries[1].key})

    assert cache.entries() == (entries[1],)


def test_sweep_removes_what_a_crash_has_left_behind(outputs: StageOutputs) -> None:
    store, clock = _DyingStore(2), StillClock()
    cache = Cache(store, clock)
    with pytest.raises(StoreError):
        publish(cache, outputs)
    store.changes = 100
    kept = publish(cache, outputs, rate=0.25)

    assert cache.sweep() == 0
    clock.sleep(_A_DAY_SECONDS + 1)
    assert cache.sweep() > 0
    assert cache.lookup(kept.key) == kept
    assert len(_names(store)) == 1 + len(kept.objects)


def test_sweep_leaves_the_artifacts_of_entries_that_a_newer_version_wrote(
    cache: Cache, store: ObjectStore, clock: StillClock, outputs: StageOutputs
) -> None:
    publish(cache, outputs)
    (name,) = (info.name for info in store.list("cache/entries/"))
    store.put(name, _newer(store.get(name)))
    before = _names(store)

    clock.sleep(2 * _A_DAY_SECONDS)
    cache.sweep()

    assert _names(store) == before


def test_outputs_that_are_no_json_are_refused_before_an_entry_is_written(cache: Cache) -> None:
    outputs = StageOutputs(parameters={"loss": float("nan")})

    with pytest.raises(InvalidValueError, match="no JSON form"):
        publish(cache, outputs)

    assert cache.entries() == ()


def test_an_entry_that_was_published_here_is_not_read_again(cache, store, tmp_path, monkeypatch):
    entry = publish(cache, write_outputs(tmp_path / "outputs"))
    monkeypatch.setattr(store, "get", lambda name: 1 / 0)

    (found,) = cache.entries()

    assert found == entry
