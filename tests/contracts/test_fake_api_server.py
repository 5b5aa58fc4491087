from __future__ import annotations

import pytest

from tests.contracts.api_server import ApiServerContract
from tests.fake_api_server import FakeApiServer


class TestFakeApiServer(ApiServerContract):
    @pytest.fixture
    def api(self) -> FakeApiServer:
        return FakeApiServer()

    @pytest.fixture
    def collection(self) -> str:
        return "/api/v1/namespaces/team/configmaps"
