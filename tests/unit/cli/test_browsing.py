import pytest

from eeipu_kfp.cli import browsing
from eeipu_kfp.cluster.browsing import ClusterSource
from eeipu_kfp.cluster.refusals import ClusterError
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.ui.source import SnapshotSource
from tests.unit.cluster.fake_cluster import PROXY, listed


@pytest.fixture
def served(monkeypatch):
    """What is served, and the addresses that a browser is sent to; serving ends at once."""
    found = {"opened": []}

    def serve(source, *, host, port, ready):
        found.update(source=source, host=host, port=port)
        ready(f"http://{host}:{port}/")
        raise KeyboardInterrupt

    monkeypatch.setattr("eeipu_kfp.ui.serving.serve", serve)
    monkeypatch.setattr(browsing.webbrowser, "open", found["opened"].append)
    return found


def test_the_folder_is_shown_on_this_machine_alone_and_the_browser_is_sent_there(call, served):
    printed = call("ui")

    assert isinstance(served["source"], SnapshotSource)
    assert served["source"].experiments()["place"] == "folder eeipu-runs"
    assert served["opened"] == ["http://127.0.0.1:8321/"]
    assert printed.stdout == "experiments: http://127.0.0.1:8321/\n"
    assert "Ctrl-C ends this page" in printed.stderr


def test_without_a_browser_the_address_is_printed(call, served):
    printed = call("ui", "--no-browser", "--host", "0.0.0.0", "--port", "9000")

    assert "http://0.0.0.0:9000/" in printed.stdout
    assert served["opened"] == []


@pytest.mark.parametrize("words", [("-d", "elsewhere"), ()], ids=["option", "environment"])
def test_the_folder_is_named_as_for_other_commands(call, served, monkeypatch, words):
    if not words:
        monkeypatch.setenv("EEIPU_DIRECTORY", "elsewhere")

    call("ui", "--no-browser", *words)

    assert served["source"].experiments()["place"] == "folder elsewhere"


@pytest.mark.parametrize("words", [("--cluster",), ("-n", "team"), ("--context", "test")])
def test_a_cluster_is_shown_where_one_is_meant(call, served, cluster, words):
    cluster.answers["/api/v1/services"] = listed("eeipu-kfp")
    cluster.answers[f"{PROXY}/experiments"] = []

    call("ui", "--no-browser", *words)

    assert isinstance(served["source"], ClusterSource)


def test_a_cluster_that_cannot_be_asked_is_named_before_anything_is_served(call, served, cluster):
    cluster.answers["/api/v1/services"] = listed()

    with pytest.raises(ClusterError, match="no controller is in sight"):
        call("ui", "--cluster")

    assert "source" not in served


def test_an_address_of_runs_must_be_one(call, served):
    with pytest.raises(InvalidValueError, match="`kfp` is no address"):
        call("ui", "--kfp-url", "kfp")
