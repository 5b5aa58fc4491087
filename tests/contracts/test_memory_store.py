from __future__ import annotations

import pytest

from eeipu_kfp.cache.memory_store import MemoryStore
from tests.contracts.object_store import ObjectStoreContract


class TestMemoryStore(ObjectStoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()
