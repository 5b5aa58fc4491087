import pytest

from eeipu_kfp.controller.api_server import ApiServerError
from eeipu_kfp.controller.lease import DURATION_SECONDS, Hold, Lease
from tests.fake_api_server import FakeApiServer


class Machine:
    """A controller's machine, with a clock of its own."""

    def __init__(self, api, name, started_at=0.0):
        self.now = started_at
        self.lease = Lease(api, namespace="home", identity=name, monotonic=lambda: self.now)


@pytest.fixture
def api():
    return FakeApiServer()


def test_the_first_one_gets_it_and_keeps_it(api):
    first = Machine(api, "a")

    assert not first.lease.is_held
    assert first.lease.renew() is Hold.HELD
    first.now += 10
    assert first.lease.renew() is Hold.HELD
    assert first.lease.is_held


def test_a_second_one_waits_as_long_as_the_first_one_renews(api):
    first, second = Machine(api, "a"), Machine(api, "b", started_at=5000.0)
    first.lease.renew()

    for _ in range(10):
        first.now += 10
        second.now += 10
        first.lease.renew()
        assert second.lease.renew() is Hold.WAITING
    assert not second.lease.is_held


def test_a_second_one_takes_over_when_the_first_one_is_silent(api):
    first, second = Machine(api, "a"), Machine(api, "b")
    first.lease.renew()

    assert second.lease.renew() is Hold.WAITING
    second.now += DURATION_SECONDS
    assert second.lease.renew() is Hold.HELD
    assert first.lease.renew() is Hold.LOST


def test_a_container_that_starts_again_in_its_pod_waits_for_nobody(api):
    Machine(api, "a").lease.renew()

    assert Machine(api, "a").lease.renew() is Hold.HELD


def test_what_was_given_back_is_free_at_once(api):
    first, second = Machine(api, "a"), Machine(api, "b")
    first.lease.renew()

    first.lease.release()

    assert not first.lease.is_held
    assert second.lease.renew() is Hold.HELD


def test_giving_back_what_is_not_held_takes_nothing_from_anybody(api):
    first, second = Machine(api, "a"), Machine(api, "b")
    first.lease.renew()

    second.lease.release()

    assert second.lease.renew() is Hold.WAITING


def test_without_the_api_server_it_is_held_until_another_could_have_it(api):
    only = Machine(api, "a")
    only.lease.renew()
    api.is_away = True

    with pytest.raises(ApiServerError):
        only.lease.renew()
    assert only.lease.is_held
    only.now += DURATION_SECONDS
    assert not only.lease.is_held

    api.is_away = False
    assert only.lease.renew() is Hold.HELD
