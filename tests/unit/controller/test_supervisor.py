import asyncio

import pytest

from eeipu_kfp.controller.supervisor import Supervisor
from tests.cluster_world import COLLECTION, experiment

PATIENCE_SECONDS = 20.0


def supervised(parts, scenario, may_act=lambda: True):
    """Run a scenario with a supervisor in an event loop."""

    async def main():
        supervisor = Supervisor(parts.tools, may_act=may_act, threads=4)
        try:
            await asyncio.wait_for(scenario(supervisor), PATIENCE_SECONDS)
        finally:
            await supervisor.close()

    asyncio.run(main())


async def until(condition):
    while not condition():  # noqa: ASYNC110  # a status tells nobody
        await asyncio.sleep(0.005)


def apply(parts, name, **spec):
    parts.api.create(COLLECTION, experiment(name, maxTrials=2, **spec))
    return f"{COLLECTION}/{name}"


def is_complete(parts, path):
    found = (parts.api.get(path).get("status") or {}).get("conditions", ())
    parts.clock.sleep(0.5)
    return ("Complete", "True") in [(c["type"], c["status"]) for c in found]


def test_all_experiments_come_to_their_end(parts):
    paths = [apply(parts, f"e{n}") for n in range(3)]

    async def scenario(supervisor):
        for path in paths:
            supervisor.see(parts.api.get(path))
        await until(lambda: all(is_complete(parts, path) for path in paths))
        assert supervisor.find("team", "e1")[0].name == "e1"
        assert supervisor.find("team", "none") is None
        assert ("team", "e1") in supervisor.known()

    supervised(parts, scenario)


def test_nothing_is_done_while_another_controller_tunes(parts):
    path = apply(parts, "e")

    async def scenario(supervisor):
        supervisor.see(parts.api.get(path))
        await asyncio.sleep(0.05)

    supervised(parts, scenario, may_act=lambda: False)

    assert "status" not in parts.api.get(path)


def test_a_changed_spec_wakes_an_experiment_that_rests(parts):
    path = apply(parts, "e", parallelTrials=0)

    async def scenario(supervisor):
        supervisor.see(parts.api.get(path))
        await until(lambda: "status" in parts.api.get(path))
        parts.api.patch(path, {"spec": {"parallelTrials": 1}})
        supervisor.see(parts.api.get(path))
        await until(lambda: is_complete(parts, path))

    supervised(parts, scenario)


def test_a_status_that_was_written_wakes_nobody(parts):
    path = apply(parts, "e", parallelTrials=0)

    async def scenario(supervisor):
        supervisor.see(parts.api.get(path))
        await until(lambda: "status" in parts.api.get(path))
        reads = parts.metrics.text()
        supervisor.see(parts.api.get(path))
        await asyncio.sleep(0.05)
        assert parts.metrics.text() == reads

    supervised(parts, scenario)


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "only-the-new-one-is-seen"])
def test_an_experiment_that_is_gone_is_forgotten(parts, is_told):
    path = apply(parts, "e")

    async def scenario(supervisor):
        old = parts.api.get(path)
        supervisor.see(old)
        await until(lambda: is_complete(parts, path))
        parts.api.patch(path, {"metadata": {"finalizers": []}})
        parts.api.delete(path)
        apply(parts, "e", parallelTrials=0)
        if is_told:
            supervisor.lose(old)
        supervisor.see(parts.api.get(path))
        await until(lambda: "status" in parts.api.get(path))
        supervisor.lose(old)
        assert supervisor.find("team", "e")[0].uid != old["metadata"]["uid"]
        supervisor.lose(parts.api.get(path))
        assert supervisor.find("team", "e") is None
        await until(lambda: b'experiment="e"' not in parts.metrics.text())

    supervised(parts, scenario)


def test_a_fault_that_cannot_even_be_shown_ends_nothing(parts, caplog):
    path = apply(parts, "e")

    async def scenario(supervisor):
        supervisor.see(parts.api.get(path))
        _, reconciler = supervisor.find("team", "e")
        reconciler.reconcile = lambda resource: 1 / 0
        await until(lambda: "cannot be shown" in caplog.text)
        del reconciler.reconcile
        parts.api.patch(path, {"spec": {"parallelTrials": 2}})
        supervisor.see(parts.api.get(path))
        await until(lambda: is_complete(parts, path))

    supervised(parts, scenario)
