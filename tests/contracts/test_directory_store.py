from __future__ import annotations

from pathlib import Path

import pytest

from eeipu_kfp.cache.directory_store import DirectoryStore
from tests.contracts.object_store import ObjectStoreContract


class TestDirectoryStore(ObjectStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> DirectoryStore:
        return DirectoryStore(tmp_path / "not" / "yet" / "there")
