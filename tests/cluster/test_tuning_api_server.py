"""The contract of `ApiServer`, on a real one."""

import pytest

from eeipu_kfp.controller.api_server import KubernetesApi, connect
from tests.contracts.api_server import ApiServerContract

pytestmark = pytest.mark.cluster


class TestKubernetesApi(ApiServerContract):
    @pytest.fixture
    def api(self, kubectl):
        return KubernetesApi(connect())

    @pytest.fixture
    def collection(self, namespace):
        return f"/api/v1/namespaces/{namespace}/configmaps"
