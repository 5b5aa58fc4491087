import pytest

from eeipu_kfp.controller.api_server import ApiServerError
from eeipu_kfp.controller.display import Display
from eeipu_kfp.controller.resource import read_resource
from tests.cluster_world import COLLECTION, JumpingClock, experiment
from tests.fake_api_server import FakeApiServer


@pytest.fixture
def api():
    return FakeApiServer()


@pytest.fixture
def resource(api):
    return read_resource(api.create(COLLECTION, experiment()))


def test_a_status_is_written_once(api, resource):
    display = Display(api, JumpingClock())

    display.show(resource, {"trials": {"total": 1}})
    display.show(resource, {"trials": {"total": 1}})

    assert api.patches == 1
    assert api.get(resource.path)["status"] == {"trials": {"total": 1}}


def test_what_is_shown_already_is_not_written_by_a_new_controller(api, resource):
    Display(api, JumpingClock()).show(resource, {"trials": {"total": 1}})
    seen = read_resource(api.get(resource.path))

    Display(api, JumpingClock()).show(seen, {"trials": {"total": 1}})

    assert api.patches == 1


def test_what_is_no_longer_so_is_taken_away(api, resource):
    display = Display(api, JumpingClock())
    display.show(resource, {"bestTrial": {"number": 1, "run": "x"}})

    display.show(resource, {"bestTrial": {"number": 2}})

    assert api.get(resource.path)["status"] == {"bestTrial": {"number": 2}}


def test_it_is_due_again_after_a_second(api, resource):
    clock = JumpingClock()
    display = Display(api, clock)
    assert display.due_seconds == 0.0

    display.show(resource, {"observedGeneration": 1})

    assert display.due_seconds == 1.0
    clock.sleep(1.0)
    assert display.due_seconds == 0.0


def test_what_could_not_be_written_is_written_later(api, resource):
    display = Display(api, JumpingClock())
    api.is_away = True
    with pytest.raises(ApiServerError):
        display.show(resource, {"observedGeneration": 1})

    api.is_away = False
    display.show(resource, {"observedGeneration": 1})

    assert api.get(resource.path)["status"] == {"observedGeneration": 1}
