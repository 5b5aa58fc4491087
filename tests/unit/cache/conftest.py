"""The stores that everything about the cache is tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from eeipu_kfp.cache.directory_store import DirectoryStore
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.ports import ObjectStore
from tests.unit.cache.examples import StillClock


@pytest.fixture(params=["memory", "directory", pytest.param("minio", marks=pytest.mark.minio)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "minio":
        return request.getfixturevalue("minio_store")
    return MemoryStore() if request.param == "memory" else DirectoryStore(tmp_path / "store")


@pytest.fixture
def clock() -> StillClock:
    return StillClock()
