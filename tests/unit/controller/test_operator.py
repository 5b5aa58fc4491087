import asyncio

import pytest

from eeipu_kfp.controller import operator
from eeipu_kfp.controller.lease import Lease
from eeipu_kfp.controller.operator import Operator, make_operator
from eeipu_kfp.controller.settings import read_settings
from tests.unit.controller.test_settings import NEEDED

SETTINGS = read_settings(NEEDED, identity="me")


def lease(parts, identity, now=lambda: 0.0):
    return Lease(parts.api, namespace="home", identity=identity, monotonic=now)


@pytest.fixture
def one(parts):
    return Operator(settings=SETTINGS, tools=parts.tools, lease=lease(parts, "me"))


def test_it_is_put_together_without_asking_anybody(monkeypatch):
    from kubernetes import client

    monkeypatch.setattr(operator, "connect", client.ApiClient)

    found = make_operator(SETTINGS)

    assert found.tools.open_store("team").uri("x") == "minio://mlpipeline/eeipu/team/x"
    assert not found.lease.is_held


def test_the_lease_is_kept_through_an_outage_of_the_api_server(one, parts, monkeypatch):
    monkeypatch.setattr(operator, "RENEWAL_SECONDS", 0.001)

    async def main():
        stop = asyncio.Event()
        task = asyncio.create_task(one._keep_lease(stop))
        parts.api.is_away = True
        await asyncio.sleep(0.02)
        parts.api.is_away = False
        while not one.lease.is_held:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.001)
        task.cancel()
        return stop.is_set()

    assert not asyncio.run(asyncio.wait_for(main(), 20))


def test_a_lease_that_another_one_has_taken_ends_the_process(one, parts):
    one.lease.renew()
    times = [0.0]
    other = lease(parts, "other", now=lambda: times[-1])
    other.renew()
    times.append(100.0)
    other.renew()

    stop = asyncio.Event()
    asyncio.run(asyncio.wait_for(one._keep_lease(stop), 20))

    assert stop.is_set()
    assert one.is_displaced
