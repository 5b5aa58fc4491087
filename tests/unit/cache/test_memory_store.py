from __future__ import annotations

from eeipu_kfp.cache.memory_store import MemoryStore


def test_what_is_put_cannot_be_changed_from_outside() -> None:
    store, data = MemoryStore(), bytearray(b"before")
    store.put("name", data)
    data[:] = b"after!"

    assert store.get("name") == b"before"
