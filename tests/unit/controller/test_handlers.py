import asyncio
from itertools import islice

import kopf

from eeipu_kfp.controller.handlers import Backoffs, operator_settings, register, scope
from eeipu_kfp.controller.settings import read_settings
from tests.unit.controller.samples import resource
from tests.unit.controller.test_settings import NEEDED


class Seen:
    def __init__(self):
        self.seen = []
        self.lost = []

    def see(self, body):
        self.seen.append(body)

    def lose(self, body):
        self.lost.append(body)


def test_kopf_watches_and_writes_nothing():
    settings = operator_settings()

    assert settings.scanning.disabled
    assert not settings.posting.enabled
    assert isinstance(settings.watching.server_timeout, int)
    assert settings.watching.client_timeout > settings.watching.server_timeout


def test_every_change_is_seen_and_a_deletion_is_a_loss():
    supervisor, registry = Seen(), kopf.OperatorRegistry()
    register(registry, supervisor)
    (handler,) = registry._watching.get_all_handlers()
    body = resource().body

    for kind in (None, "ADDED", "MODIFIED", "DELETED"):
        asyncio.run(handler.fn(event={"type": kind, "object": body}))

    assert len(supervisor.seen) == 3
    assert supervisor.lost == [body]


def test_no_handler_makes_kopf_keep_a_copy_of_the_spec():
    registry = kopf.OperatorRegistry()
    register(registry, Seen())

    assert not registry._changing.get_all_handlers()
    assert not registry._spawning.get_all_handlers()


def test_the_api_server_is_tried_without_end():
    assert list(islice(Backoffs(), 7)) == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]


def test_it_watches_its_namespaces_or_all():
    one = read_settings({**NEEDED, "EEIPU_NAMESPACES": "a,b"}, identity="me")

    assert scope(one) == {"namespaces": ("a", "b"), "clusterwide": False}
    assert scope(read_settings(NEEDED, identity="me")) == {"clusterwide": True}
