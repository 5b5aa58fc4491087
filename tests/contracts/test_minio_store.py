from __future__ import annotations

import pytest

from eeipu_kfp.cache.minio_store import MinioStore
from tests.contracts.object_store import ObjectStoreContract


@pytest.mark.minio
class TestMinioStore(ObjectStoreContract):
    @pytest.fixture
    def store(self, minio_store: MinioStore) -> MinioStore:
        return minio_store
