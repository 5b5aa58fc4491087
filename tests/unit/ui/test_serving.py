import errno
import socket
import urllib.request

import pytest

from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.ui.serving import ServingError, checked_url, hosts_of, refusal, serve
from eeipu_kfp.ui.source import SnapshotSource
from tests.unit.ui.examples import Shelf


class EnoughError(Exception):
    """Ends a server from within."""


def source():
    return SnapshotSource(Shelf({}), monotonic=lambda: 0.0)


def test_the_page_is_served_on_a_free_port_once_its_address_is_told():
    told = []

    def ready(address):
        told.append(address)
        raise EnoughError

    with pytest.raises(EnoughError):
        serve(source(), host="127.0.0.1", port=0, ready=ready)

    assert told[0].startswith("http://127.0.0.1:")
    assert told[0] != "http://127.0.0.1:0/"
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(told[0])


def test_a_port_that_is_taken_is_an_error_with_a_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(ServingError, match=f"port {port} of 127.0.0.1 is taken") as caught:
            serve(source(), host="127.0.0.1", port=port, ready=print)

    assert f"`--port {port + 1}`" in caught.value.hint


@pytest.mark.parametrize(
    ("code", "said", "hint"),
    [
        (errno.EADDRINUSE, "port 80 of here is taken", "--port 81"),
        (errno.EACCES, "may not listen at port 80", "1024"),
        (errno.EADDRNOTAVAIL, "cannot listen at here, port 80", "--host"),
    ],
)
def test_each_reason_not_to_listen_has_a_remedy(code, said, hint):
    error = refusal(OSError(code, "no"), "here", 80)

    assert said in error.message
    assert hint in error.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.7"])
def test_on_this_machine_alone_only_its_own_names_are_answered_to(host):
    assert set(hosts_of(host)) == {host, "localhost", "127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "box.example"])
def test_on_a_network_every_name_is_answered_to(host):
    assert hosts_of(host) == ()


@pytest.mark.parametrize(
    ("url", "checked"),
    [("", ""), ("https://kfp.example/pipeline/", "https://kfp.example/pipeline")],
)
def test_an_address_of_runs_has_no_slash_at_its_end(url, checked):
    assert checked_url(url) == checked


def test_an_address_of_runs_is_one_of_the_web():
    with pytest.raises(InvalidValueError, match="is no address"):
        checked_url("javascript:alert(1)")
